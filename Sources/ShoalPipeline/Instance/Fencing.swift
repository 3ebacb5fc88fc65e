/// Decides whether a fenced static member was fenced by another process with its id, or by its own earlier attempt to
/// join. A member that joins is given a member id. If the answer is late or lost, or the coordinator fails before it
/// persists the id, the next attempt uses an id that the group does not know, and is refused in favour of the earlier
/// attempt or of the previous process with this id. In both cases no other process is alive. A pure state machine.
struct Fencing {
    enum Verdict: Equatable {
        /// Join again as a new member.
        case rejoin
        /// Another process has taken this one's place.
        case duplicateInstance
    }

    /// The maximum number of consecutive fences without an assignment. Beyond it, another process holds the id.
    static let most = 5

    /// Whether the member has no assignment yet, or has lost it.
    private var isJoining = true
    private var fences = 0

    mutating func assigned() {
        isJoining = false
        fences = 0
    }

    mutating func revoked() { isJoining = true }

    /// - Parameter hasName: Whether it had a member id. If not, no other process is needed to explain the fence.
    mutating func fenced(hasName: Bool = true) -> Verdict {
        guard isJoining || !hasName else { return .duplicateInstance }
        fences += 1
        return fences > Self.most ? .duplicateInstance : .rejoin
    }
}
