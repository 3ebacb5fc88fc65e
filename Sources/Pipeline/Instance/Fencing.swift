/// Who fenced a static member: another process with its id, or itself. Whoever lost his place joins again, and is given a new
/// member id. Where the answer to that comes too late or never, because brokers are slow or away, the next attempt goes out
/// under the old id, and the group refuses it in favour of the first. A pure state machine.
struct Fencing {
    enum Verdict: Equatable {
        /// Join once more, as a new member.
        case rejoin
        /// Another process has taken this one's place.
        case twin
    }

    /// Fenced so often in a row without an assignment in between: the other is no attempt of our own.
    static let most = 5

    private var isRejoining = false
    private var fences = 0

    mutating func assigned() {
        isRejoining = false
        fences = 0
    }

    mutating func revoked() { isRejoining = true }

    /// - Parameter hasName: whether it was a member at all; otherwise no twin is needed for that.
    mutating func fenced(hasName: Bool = true) -> Verdict {
        guard isRejoining || !hasName else { return .twin }
        fences += 1
        return fences > Self.most ? .twin : .rejoin
    }
}
