/// How a transaction goes from a cut of the outbox to a known end: a pure table of states. What it returns is to be
/// carried out, and the outcome told to it.
///
/// The rules are those of "Transactions" in the design: an abort without loss sends again; a commit of unknown outcome
/// is settled by a new producer, and the committed positions tell; whoever lost its partitions throws all away.
public struct TransactionMachine: Sendable {
    /// What came of a call.
    public enum Outcome: Equatable, Sendable {
        case done
        /// The same call may be made again.
        case retriable
        /// The transaction has to be aborted; nothing else is lost.
        case abortable
        /// The group has gone on without us.
        case groupLost
        /// A younger producer has the id: a twin's, or the broker has given up a transaction that took too long.
        case fenced
        /// The producer is of no use any more, for another reason.
        case fatal
    }

    public enum Action: Equatable, Sendable {
        /// Begin, produce the cut's records, flush, send the offsets.
        case send(Outbox.Cut, offsets: [Part: CommittedPosition])
        case commit
        case abort
        /// A new producer with the same `transactional.id`, and `init_transactions`.
        case renewProducer
        /// Ask for the committed positions, stable.
        case ask
        /// It is committed: drop the cut.
        case finish(Outbox.Cut)
        /// It is aborted: the outbox is to be sent again.
        case resend
        case end(End)
    }

    public enum End: Equatable, Sendable {
        /// The partitions belong to somebody else; state and outbox are void.
        case lost
        /// Fenced again and again: another process uses this instance's id.
        case twin
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
    private var offsets: [Part: CommittedPosition] = [:]
    /// The positions that the broker holds; nil: none was ever committed.
    private var committed: [Part: CommittedPosition?]
    /// The positions that the next transaction starts from.
    private var known: [Part: CommittedPosition]
    /// The most bytes a transaction takes: halves with every abort, grows slowly after commits.
    public private(set) var limit: Int
    private let ceiling: Int
    /// When a producer was fenced, ms of a monotonic clock.
    private var fences: [Int64] = []

    /// - Parameters:
    ///   - committed: what the take-over found, nil where nothing was committed.
    ///   - known: where each part stands now.
    ///   - ceiling: `transaction.max-bytes`.
    public init(committed: [Part: CommittedPosition?], known: [Part: CommittedPosition], ceiling: Int) {
        self.committed = committed
        self.known = known
        self.ceiling = ceiling
        limit = ceiling
    }

    /// All parts whose positions the transaction commits, in order.
    public var parts: [Part] { known.keys.sorted() }

    /// Starts a transaction. It commits the position of every part, also of those that have not moved: a fence needs one.
    public mutating func begin(_ cut: Outbox.Cut) -> Action {
        self.cut = cut
        offsets = known.merging(cut.moved) { _, moved in moved }
        state = .sending
        return .send(cut, offsets: offsets)
    }

    /// Goes on after the last action was carried out. `now`: ms of a monotonic clock.
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

    /// A commit or an abort got no answer within our deadline: the outcome is unknown, or the producer deaf. A new one settles
    /// the transaction.
    public mutating func unknown() -> Action {
        // Whoever has lost the partitions has nothing to settle: the next producer does it.
        state == .aborting(lost: true) ? end(.lost) : go(.renewing, .renewProducer)
    }

    /// Goes on after `ask`: the positions found, nil for a part without one.
    public mutating func next(found: [Part: CommittedPosition?]) -> Action {
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
        return fences.count > 3 ? end(.twin) : go(.renewing, .renewProducer)
    }

    private mutating func end(_ end: End) -> Action {
        go(.ended, .end(end))
    }
}
