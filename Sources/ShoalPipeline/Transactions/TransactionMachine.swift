/// The states of a transaction from a cut of the outbox to a known outcome: a pure state machine. The caller carries
/// out the returned action and reports the outcome.
///
/// Rules: after an abort without loss the cut is sent again. A commit with an unknown outcome is settled by a new
/// producer, and the committed positions decide. If the partitions are lost, everything is discarded. See
/// "Transactions" in docs/architecture.md.
public struct TransactionMachine: Sendable {
    /// The outcome of a call.
    public enum Outcome: Equatable, Sendable {
        case done
        /// The same call may be repeated.
        case retriable
        /// The transaction must be aborted. Nothing else is lost.
        case abortable
        /// The group has moved on without this member.
        case groupLost
        /// A newer producer has the id: that of a duplicate instance, or the broker aborted a transaction that took too
        /// long.
        case fenced
        /// The producer is unusable for another reason.
        case fatal
    }

    public enum Action: Equatable, Sendable {
        /// Begin, produce the cut's records, flush, send the offsets.
        case send(Outbox.Cut, offsets: [AssignedPartition: CommittedPosition])
        case commit
        case abort
        /// Create a new producer with the same `transactional.id`, and call `init_transactions`.
        case renewProducer
        /// Query the committed, stable positions.
        case ask
        /// The transaction is committed. Drop the cut.
        case finish(Outbox.Cut)
        /// The transaction is aborted. Send the outbox again.
        case resend
        case end(End)
    }

    public enum End: Equatable, Sendable {
        /// The partitions belong to another instance. State and outbox are void.
        case lost
        /// Repeatedly fenced: another process uses this instance's id.
        case duplicateInstance
    }

    private enum State: Equatable {
        case idle
        case sending
        case committing
        case aborting(lost: Bool)
        case renewing
        case asking
        case ended
    }

    private var state = State.idle
    private var cut: Outbox.Cut?
    private var offsets: [AssignedPartition: CommittedPosition] = [:]
    /// The positions that the broker holds; `nil` if none was ever committed.
    private var committed: [AssignedPartition: CommittedPosition?]
    /// The positions from which the next transaction starts.
    private var known: [AssignedPartition: CommittedPosition]
    /// The maximum size of a transaction in bytes. It halves with every abort and grows slowly after commits.
    public private(set) var limit: Int
    private let ceiling: Int
    /// The times at which a producer was fenced, in ms of a monotonic clock.
    private var fences: [Int64] = []

    /// - Parameters:
    ///   - committed: The positions found by the take-over; `nil` if none was committed.
    ///   - known: The current position of each partition.
    ///   - ceiling: `transaction.max-bytes`.
    public init(
        committed: [AssignedPartition: CommittedPosition?], known: [AssignedPartition: CommittedPosition], ceiling: Int
    ) {
        self.committed = committed
        self.known = known
        self.ceiling = ceiling
        limit = ceiling
    }

    /// All partitions whose positions the transaction commits, in order.
    public var parts: [AssignedPartition] { known.keys.sorted() }

    /// Starts a transaction. It commits the position of every partition, including those that have not moved, because a
    /// fence needs one.
    public mutating func begin(_ cut: Outbox.Cut) -> Action {
        self.cut = cut
        offsets = known.merging(cut.moved) { _, moved in moved }
        state = .sending
        return .send(cut, offsets: offsets)
    }

    /// Returns the next action after the outcome of the last one. `now` is in ms of a monotonic clock.
    public mutating func next(after outcome: Outcome, now: Int64) -> Action {
        switch (state, outcome) {
        case (.sending, .done): return go(.committing, .commit)
        case (.sending, .retriable), (.sending, .abortable), (.committing, .abortable):
            return go(.aborting(lost: false), .abort)
        case (.sending, .groupLost), (.committing, .groupLost): return go(.aborting(lost: true), .abort)
        case (.committing, .done): return finish()
        case (.committing, .retriable): return .commit
        case (.aborting(let lost), .done):
            shrink()
            return lost ? end(.lost) : go(.idle, .resend)
        case (.aborting, .retriable): return .abort
        case (.aborting(lost: true), _): return end(.lost)
        case (.renewing, .done): return go(.asking, .ask)
        case (.renewing, .retriable): return .renewProducer
        case (.asking, .retriable): return .ask
        case (.asking, .groupLost): return end(.lost)
        case (.idle, _), (.ended, _): return end(.lost)
        case (_, .fenced): return fence(now)
        case (.sending, .fatal), (.committing, .fatal), (.aborting, _), (.renewing, _), (.asking, _):
            return go(.renewing, .renewProducer)
        }
    }

    /// Handles a commit or abort without an answer before the deadline. The outcome is unknown, or the producer is
    /// stalled. A new producer settles the transaction.
    public mutating func unknown() -> Action {
        // After a loss there is nothing to settle. The next producer does it.
        state == .aborting(lost: true) ? end(.lost) : go(.renewing, .renewProducer)
    }

    /// Returns the next action after `ask`, given the positions found; `nil` for a partition without one.
    public mutating func next(found: [AssignedPartition: CommittedPosition?]) -> Action {
        guard state == .asking else { return end(.lost) }
        var isOurs = false
        for part in offsets.keys.sorted() {
            let new = offsets[part]
            let old = committed[part] ?? nil
            let at = found[part] ?? nil
            if at != old, at != new { return end(.lost) }
            if at == new, at != old { isOurs = true }
        }
        shrink()
        return isOurs ? finish() : go(.idle, .resend)
    }

    private mutating func go(_ next: State, _ action: Action) -> Action {
        state = next
        return action
    }

    private mutating func finish() -> Action {
        guard let cut else { return end(.lost) }
        for (part, position) in offsets {
            committed[part] = .some(position)
            known[part] = position
        }
        limit = min(ceiling, limit + max(limit / 4, 1))
        self.cut = nil
        return go(.idle, .finish(cut))
    }

    private mutating func shrink() {
        limit = max(1, min(limit, cut?.bytes ?? limit) / 2)
    }

    private mutating func fence(_ now: Int64) -> Action {
        fences.removeAll { now - $0 > 600_000 }
        fences.append(now)
        return fences.count > 3 ? end(.duplicateInstance) : go(.renewing, .renewProducer)
    }

    private mutating func end(_ end: End) -> Action {
        go(.ended, .end(end))
    }
}
