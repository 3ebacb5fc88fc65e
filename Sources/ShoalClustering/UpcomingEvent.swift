/// The viewer and id of an upcoming event, for prefetching.
public struct UpcomingEvent {
    public var member: Pseudonym
    /// The id; 0 for none.
    public var id: UInt64

    public init(member: Pseudonym, id: UInt64) {
        self.member = member
        self.id = id
    }
}
