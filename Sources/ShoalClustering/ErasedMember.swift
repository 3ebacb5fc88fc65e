/// A member that was erased, and is published as such when enough others are, or after a time.
public struct ErasedMember: Equatable, Sendable {
    public var member: Pseudonym
    /// The cluster in which it was published.
    public var published: ClusterID
    /// The epoch in which it was erased; `.min`: it is published when the next epoch is opened.
    public var since: Epoch

    public init(member: Pseudonym, published: ClusterID, since: Epoch = .min) {
        self.member = member
        self.published = published
        self.since = since
    }
}
