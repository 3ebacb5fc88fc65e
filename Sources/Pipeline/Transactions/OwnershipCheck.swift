/// Whether the group still counts an assignment as ours: one transaction that only sends known positions, and is aborted. A
/// pure table; what it returns is to be carried out, and the outcome told to it.
public struct OwnershipCheck: Sendable {
    public enum Action: Equatable, Sendable {
        /// A new producer with the same `transactional.id`, which is in no transaction and was not fenced.
        case renewProducer
        /// Begin, and send the positions with the metadata of the assignment.
        case ask
        /// To be followed by an abort.
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

    /// What follows. Whatever says nothing about the group is asked again: whoever was fenced for being slow may have lost
    /// his partitions as well.
    public mutating func next(after outcome: TransactionMachine.Outcome) -> Action {
        switch (state, outcome) {
        case (.answered, _), (_, .groupLost): return answer(isOurs: false)
        case (.renewing, .done):
            state = .asking
            return .ask
        case (.asking, .done): return answer(isOurs: true)
        case (_, .fenced):
            fences += 1
            // Somebody fences every producer of ours: then he is the owner.
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
