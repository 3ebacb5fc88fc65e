/// The name of an admitted candidate, sent by a shard that saw it.
public struct TopicNaming: Equatable, Sendable {
    public var candidate: UInt128
    public var name: [UInt8]

    public init(candidate: UInt128, name: [UInt8]) {
        self.candidate = candidate
        self.name = name
    }
}
