/// A member's published cluster: the value of a record of `members.topic`.
public struct Membership: Equatable, Sendable {
    public var cluster: UInt32
    /// The version of the deciding model; `nil` for the genesis model.
    public var modelVersion: Int64?

    public init(cluster: UInt32, modelVersion: Int64?) {
        self.cluster = cluster
        self.modelVersion = modelVersion
    }
}
