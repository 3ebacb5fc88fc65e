public import ShoalSchemas

/// A record that cannot be decoded as the topic's record type.
public struct InvalidRecord: Error, CustomStringConvertible, Sendable {
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    public var reason: ProtoError

    public var description: String {
        "\(topic) partition \(partition) offset \(offset): the record cannot be read: \(reason)"
    }
}
