/// A pure state machine that folds the delta topic into models. The wall clock can only delay it, and is passed in.
///
/// See "Epochs" in docs/determinism.md and "Taking a partition over" in docs/architecture.md.
public struct Coordinator: Sendable {
    /// The state of the wall clock.
    public struct Clock: Sendable {
        /// Epochs before it have ended. `Epoch.max` with `epoch.future=allow`.
        public var now: Epoch
        /// Whether the idle timeout has passed since the first delta of the epoch was read.
        public var isIdle: @Sendable (Epoch) -> Bool

        public init(now: Epoch, isIdle: @escaping @Sendable (Epoch) -> Bool) {
            self.now = now
            self.isIdle = isIdle
        }
    }

    public struct Publication: Sendable {
        public var model: Model
        public var bookkeeping: Bookkeeping
        public var changes: [LifecycleChange]
    }

    private struct Pending {
        var closing: EpochDelta
        /// The first offset needed to read the delta again.
        var firstOffset: Int64
    }

    public internal(set) var model: Model
    /// The last model's version; `nil` for the genesis model.
    public private(set) var version: Epoch?
    public private(set) var start: Epoch?
    public internal(set) var partitions: [PartitionState]
    /// The next offset of the delta topic.
    public private(set) var offset: Int64
    private var pending: [Pending] = []
    /// The offset up to which the last model accounts for every message, except for deltas that it does not include.
    private let seen: Int64

    /// Continues from a model and its bookkeeping. The delta topic must be read from `oldestOffset`.
    public init(model: Model, bookkeeping: Bookkeeping) {
        self.model = model
        version = bookkeeping.through
        start = bookkeeping.start
        partitions = bookkeeping.partitions
        seen = bookkeeping.deltaOffset
        offset = bookkeeping.oldestOffset
    }

    /// Folds a message of the delta topic.
    /// - Parameters:
    ///   - firstOffset: The offset of the first part, for a delta in several parts.
    ///   - offset: The offset of the message's last record.
    public mutating func fold(_ word: DeltaMessage, firstOffset: Int64, offset: Int64) throws(Contradiction) {
        self.offset = offset + 1
        switch word {
        case .caughtUp(let partition, let number), .behind(let partition, let number):
            try check(partition)
            guard offset >= seen else { return }
            let read = partitions[Int(partition)].read
            guard number <= read else {
                throw Contradiction(
                    "an epoch delta of partition \(partition) is missing: expected \(number), read "
                        + "\(read)")
            }
            guard number == read else {
                throw Contradiction(
                    "partition \(partition) has sent \(read) epoch deltas, but its position counts \(number): a "
                        + "broker committed a transaction only partially")
            }
            if case .caughtUp = word {
                partitions[Int(partition)].caughtUp = true
            } else {
                partitions[Int(partition)].caughtUp = false
            }
        case .epochDelta(let closing):
            try check(closing.partition)
            try check(closing)
            let partition = Int(closing.partition)
            if offset >= seen {
                guard closing.number == partitions[partition].read + 1 else {
                    throw Contradiction(
                        "epoch delta \(closing.number) of partition \(partition) follows \(partitions[partition].read)")
                }
                partitions[partition].read = closing.number
                partitions[partition].closed = closing.through
                partitions[partition].caughtUp = false
                if closing.from == nil { partitions[partition].first = closing.through + 1 }
            } else if closing.number <= partitions[partition].included {
                return
            }
            pending.append(Pending(closing: closing, firstOffset: firstOffset))
        }
    }

    /// Skips to `offset`, if there are only control records before it.
    public mutating func skip(to offset: Int64) {
        self.offset = max(self.offset, offset)
    }

    /// No record before this offset is needed to resume with the last model.
    /// - Parameter unread: the first offset of an epoch delta of which only a part was read; nil: none.
    public func oldestNeeded(unread: Int64?) -> Int64 {
        pending.reduce(min(offset, unread ?? offset)) { min($0, $1.firstOffset) }
    }

    /// Returns the next model, if it is due.
    /// - Parameters:
    ///   - settings: The settings of this instance, which apply from the following model on. If they have a higher
    ///     revision than those of the last model, the rules of this program apply as well.
    ///   - unread: The first offset of a partially read delta; `nil` for none.
    public mutating func publish(
        _ clock: Clock, settings: Settings, unread: Int64?
    ) throws(Contradiction) -> Publication? {
        guard let version else { return publishStart(clock, unread: unread) }
        let first = version + 1
        guard isDue(first, clock) else { return nil }
        var through = first
        let included = pending.filter { ($0.closing.from ?? .min) <= first }
        if included.isEmpty {
            // One record covers many empty epochs, because their models have the same content. Epochs that all
            // partitions have closed are due anyway and are included at once.
            let next = pending.compactMap(\.closing.from).min() ?? .max
            let last = min(first + 100_000, clock.now - 1, next - 1)
            through = max(first, min(last, partitions.map { $0.closed ?? .min }.min() ?? first))
            while through < last, isDue(through + 1, clock) { through += 1 }
        }
        return try include(
            included, from: first, through: through, (settings, model.rules(under: settings)), unread: unread)
    }

    /// Returns the next model as it was recorded. The deltas that it includes were decided by wall clocks at the time
    /// of recording.
    /// - Parameters:
    ///   - settings: The settings in the recorded model.
    ///   - rules: The rules in the recorded model.
    /// - Returns: `nil` if an included delta has not been folded yet.
    /// - Throws: `Contradiction` if the record does not follow the last model.
    public mutating func publish(
        recorded: IncludedDeltas, settings: Settings, rules: LifecycleRules, unread: Int64?
    ) throws(Contradiction) -> Publication? {
        guard let version else {
            guard recorded.from == nil, let first = partitions.compactMap(\.first).min() else { return nil }
            guard first - 1 == recorded.through else {
                throw Contradiction("the recorded start is \(recorded.through), but the first epoch is \(first)")
            }
            return publishStart(through: recorded.through, unread: unread)
        }
        guard recorded.from == version + 1, recorded.counts.count == partitions.count else {
            throw Contradiction("the recorded model of \(recorded.through) does not follow that of \(version)")
        }
        let included = pending.filter { $0.closing.number <= recorded.counts[Int($0.closing.partition)] }
        let wanted = zip(recorded.counts, partitions).reduce(Int64(0)) { $0 + $1.0 - $1.1.included }
        guard included.count == Int(wanted) else { return nil }
        return try include(
            included, from: version + 1, through: recorded.through, (settings, rules), unread: unread)
    }

    /// The partitions that the next epoch waits for.
    public var waitsFor: [Int32] {
        partitions.indices.filter { index in
            let state = partitions[index]
            guard let version else { return state.first == nil && !state.caughtUp }
            return (state.closed.map { $0 <= version } ?? true) && !state.caughtUp
        }.map { Int32($0) }
    }

    /// Epoch deltas that have been read and are not included in a model yet.
    var waitingDeltas: [EpochDelta] { pending.map(\.closing) }

    // MARK: - Parts

    private func check(_ partition: Int32) throws(Contradiction) {
        guard partition >= 0, partition < partitions.count else {
            throw Contradiction("a message of partition \(partition), but there are \(partitions.count)")
        }
    }

    /// No event has an epoch beyond those of the longest time.
    private func check(_ closing: EpochDelta) throws(Contradiction) {
        let epochs = model.settings.fixed.epochs
        guard epochs.contains(closing.through), epochs.contains(closing.from ?? closing.through) else {
            throw Contradiction(
                "epoch delta \(closing.number) of partition \(closing.partition) is of epoch \(closing.through), "
                    + "which no event has")
        }
    }

    private mutating func publishStart(_ clock: Clock, unread: Int64?) -> Publication? {
        guard let first = partitions.compactMap(\.first).min(),
            partitions.allSatisfy({ $0.first != nil || $0.caughtUp }), first <= clock.now
        else { return nil }
        return publishStart(through: first - 1, unread: unread)
    }

    private mutating func publishStart(through: Epoch, unread: Int64?) -> Publication {
        start = through
        version = through
        return publication(from: nil, through: through, [], unread: unread)
    }

    private mutating func include(
        _ included: [Pending], from: Epoch, through: Epoch, _ terms: (settings: Settings, rules: LifecycleRules),
        unread: Int64?
    ) throws(Contradiction) -> Publication {
        let (next, changes) = try model.next(
            including: included.map(\.closing), settings: terms.settings, rules: terms.rules, version: from,
            partitions: partitions.count)
        for entry in included { partitions[Int(entry.closing.partition)].included += 1 }
        pending.removeAll { $0.closing.number <= partitions[Int($0.closing.partition)].included }
        model = next
        version = through
        return publication(from: from, through: through, changes, unread: unread)
    }

    private func isDue(_ epoch: Epoch, _ clock: Clock) -> Bool {
        guard epoch < clock.now else { return false }
        let isClosed = partitions.map { $0.closed.map { $0 >= epoch } ?? false }
        if isClosed.allSatisfy(\.self) { return true }
        guard isClosed.contains(true) else { return false }
        return zip(isClosed, partitions).allSatisfy { $0 || $1.caughtUp } && clock.isIdle(epoch)
    }

    private func publication(
        from: Epoch?, through: Epoch, _ changes: [LifecycleChange], unread: Int64?
    ) -> Publication {
        return Publication(
            model: model,
            bookkeeping: Bookkeeping(
                from: from, through: through, start: start, partitions: partitions, deltaOffset: offset,
                oldestOffset: oldestNeeded(unread: unread)),
            changes: changes)
    }
}
