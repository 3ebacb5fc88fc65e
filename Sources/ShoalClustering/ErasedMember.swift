/// A member that was erased in the open epoch, and is published as such when the next one is opened.
public struct ErasedMember: Equatable, Sendable {
    public var member: Pseudonym
    /// The cluster in which it was published.
    public var published: ClusterID

    public init(member: Pseudonym, published: ClusterID) {
        self.member = member
        self.published = published
    }
}
