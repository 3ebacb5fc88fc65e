/// Who fenced a static member: another process with its id, or itself. Whoever has no place joins, and is given a member id.
/// Where the answer to that comes too late or never, or the coordinator goes away before it has written it down, the next
/// attempt goes out under an id that the group no longer knows, or does not know yet, and is refused in favour of the other: an
/// attempt of our own, or the process that had the id before us. Nobody else may be alive. A pure state machine.
struct Fencing {
    enum Verdict: Equatable {
        /// Join once more, as a new member.
        case rejoin
        /// Another process has taken this one's place.
        case twin
    }

    /// Fenced so often in a row without an assignment in between: the other is no attempt of our own.
    static let most = 5

    /// It has no place in the group, or has lost it.
    private var isJoining = true
    private var fences = 0

    mutating func assigned() {
        isJoining = false
        fences = 0
    }

    mutating func revoked() { isJoining = true }

    /// - Parameter hasName: whether it was a member at all; otherwise no twin is needed for that.
    mutating func fenced(hasName: Bool = true) -> Verdict {
        guard isJoining || !hasName else { return .twin }
        fences += 1
        return fences > Self.most ? .twin : .rejoin
    }
}
