/// Checks whether the group still assigns the partitions to this instance, by a transaction that sends known positions
/// and is aborted. A pure state machine.
public struct OwnershipCheck: Sendable {
    public enum Action: Equatable, Sendable {
        /// Create a new producer with the same `transactional.id`, which is in no transaction and is not fenced.
        case renewProducer
        /// Begin a transaction, and send the positions with the group metadata of the assignment.
        case ask
        /// The answer, followed by an abort.
        case answer(isOurs: Bool)
    }

    private enum State {
        case renewing
        case asking
        case answered
    }

    private var state = State.renewing
    private var fences = 0

    public init() {}

    public func begin() -> Action { .renewProducer }

    /// Returns the next action. Errors that are unrelated to the group lead to another attempt: a producer fenced for
    /// being slow may have lost its partitions as well.
    public mutating func next(after outcome: TransactionMachine.Outcome) -> Action {
        switch (state, outcome) {
        case (.answered, _), (_, .groupLost): return answer(isOurs: false)
        case (.renewing, .done):
            state = .asking
            return .ask
        case (.asking, .done): return answer(isOurs: true)
        case (_, .fenced):
            fences += 1
            // Another process that fences every producer is the owner.
            return fences > 3 ? answer(isOurs: false) : renew()
        case (_, .retriable), (_, .abortable), (_, .fatal): return renew()
        }
    }

    private mutating func renew() -> Action {
        state = .renewing
        return .renewProducer
    }

    private mutating func answer(isOurs: Bool) -> Action {
        state = .answered
        return .answer(isOurs: isOurs)
    }
}
