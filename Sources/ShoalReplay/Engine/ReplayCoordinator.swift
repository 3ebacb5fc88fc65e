internal import ShoalClustering
internal import ShoalPipeline

/// The coordinator of a replay: folds the partitions' messages, publishes models, and passes them to waiting
/// partitions.
///
/// On a complete input, a model is due when every partition has closed its epoch or is at its end, so the result is a
/// function of the input. When a recorded run is repeated, each model includes the same deltas as the recorded one.
actor ReplayCoordinator {
    private var coordinator: Coordinator
    private let settings: Settings
    private let genesis: CompiledModel
    private var recorded: ArraySlice<RecordedModel>?
    /// For a replay without some records of the recorded run; `nil` for one with all.
    private var schedule: EpochSchedule?
    /// Deltas of partitions that had sent no message when the start was published.
    private var held: [DeltaMessage] = []
    private var offset: Int64
    private var models: [(from: Epoch?, through: Epoch, model: CompiledModel)] = []
    /// Counts of deltas that no model includes yet, by partition. The first one follows the last included delta.
    private var tallies: [[Tally]]
    /// For a continued run: the number of deltas that the first model already includes, and the models up to it.
    private let before: [Int64]
    private var given: ModelTable?
    private let givenThrough: Epoch
    /// The version that each partition last asked for; `nil` once it is at its end.
    private var asked: [Epoch?]
    /// Partitions that wait for a model. A waiter is resumed with the result of its wait, so that events between its
    /// wake-up and its next step have no effect.
    private var waiting: [(version: Epoch, continuation: CheckedContinuation<CompiledModel?, Never>)] = []
    private var isStopped = false
    let watcher: any ModelWatcher
    private let outlet: ReplayOutlet?

    /// - Parameters:
    ///   - recorded: The recorded models after `bookkeeping`, whose included deltas, settings and rules are applied;
    ///     `nil` if the input is complete.
    ///   - schedule: For a replay without some records of the recorded run: models include the deltas of the recorded
    ///     epochs, instead of the recorded number of deltas.
    ///   - given: For a continued run, the models up to `bookkeeping`, for partitions that begin earlier.
    ///   - watcher: Receives each model.
    init(
        model: Model, genesis: CompiledModel, bookkeeping: Bookkeeping, settings: Settings,
        recorded: [RecordedModel]?, schedule: EpochSchedule? = nil, given: ModelTable? = nil,
        watcher: sending any ModelWatcher, outlet: ReplayOutlet? = nil
    ) {
        coordinator = Coordinator(model: model, bookkeeping: bookkeeping)
        self.settings = settings
        self.genesis = genesis
        self.recorded = recorded.map { $0[...] }
        self.schedule = schedule
        offset = bookkeeping.deltaOffset
        let count = bookkeeping.partitions.count
        tallies = Array(repeating: [], count: count)
        before = bookkeeping.partitions.map(\.included)
        asked = Array(repeating: .min, count: count)
        self.watcher = watcher
        self.outlet = outlet
        givenThrough = given == nil ? .min : bookkeeping.through ?? .min
        self.given = given
        if let through = bookkeeping.through {
            models.append((bookkeeping.from, through, CompiledModel(model, version: through)))
        }
    }

    /// The version of the start; `nil` if no epoch has begun.
    var start: Epoch? { coordinator.start }
    var lastVersion: Epoch? { coordinator.version }
    var lastModel: Model { coordinator.model }

    /// The report, if one is being built.
    func report() -> ReplayReport {
        (watcher as? ReportBuilder)?.report() ?? ReplayReport()
    }

    /// The first recorded model that the input does not reproduce.
    var disobeyed: RecordedModel? { recorded?.first }

    // MARK: - For partitions

    /// Takes the delta of a partition that has closed an epoch.
    func take(_ epochDelta: EpochDelta, _ tally: Tally) throws {
        if epochDelta.number > before[Int(epochDelta.partition)] {
            tallies[Int(epochDelta.partition)].append(tally)
            held.append(.epochDelta(epochDelta))
        }
        schedule?.take(epochDelta)
        watcher.closed(epochDelta)
        defer { settle() }
        try advance()
    }

    /// Notes that a partition is at its end.
    func finish(_ partition: Int32, deltaCount: Int64) throws {
        asked[Int(partition)] = nil
        schedule?.finish(partition)
        if recorded == nil { held.append(.caughtUp(partition: partition, number: deltaCount)) }
        defer { settle() }
        try advance()
    }

    /// Returns the model of exactly this version as soon as it exists.
    /// - Returns: Nil if it will never exist: the replay was stopped, or no remaining partition can contribute to it.
    func model(_ version: Epoch, for partition: Int32) async -> CompiledModel? {
        asked[Int(partition)] = version
        if isStopped { return nil }
        if let model = exact(version) { return model }
        return await withCheckedContinuation { continuation in
            waiting.append((version, continuation))
            settle()
        }
    }

    /// Ends all waits. No further model is created.
    func stop() {
        isStopped = true
        settle()
    }

    // MARK: - Models

    private func exact(_ version: Epoch) -> CompiledModel? {
        if let start = coordinator.start, version <= start { return genesis }
        if let made = models.last(where: { ($0.from ?? .min) <= version && version <= $0.through }) {
            return made.model
        }
        return version <= givenThrough ? try? given?.exact(version) : nil
    }

    private func advance() throws {
        while !isStopped {
            for word in release() {
                try coordinator.fold(word, firstOffset: offset, offset: offset)
                offset += 1
            }
            var hasPublished = false
            while let next = try publish() {
                hasPublished = true
                try keep(next)
            }
            // The start releases the messages that were held back for it.
            guard hasPublished, !held.isEmpty else { return }
        }
    }

    /// Returns the messages that may be folded now, and removes them from `held`.
    ///
    /// The recorded start follows from the first epochs of the partitions that had left genesis when it was published.
    /// It is repeated when all of these have left genesis, in any order, and before the messages of all others.
    private func release() -> [DeltaMessage] {
        guard coordinator.start == nil, let first = recorded?.first?.bookkeeping.partitions else {
            defer { held = [] }
            return held
        }
        let present = Set(held.compactMap { Self.epochDelta($0)?.partition }.map(Int.init))
        let isReady = first.indices.allSatisfy { partition in
            first[partition].first == nil || schedule?.isKnown(partition) ?? present.contains(partition)
        }
        guard isReady else { return [] }
        func isEarly(_ word: DeltaMessage) -> Bool {
            Self.epochDelta(word).map { first[Int($0.partition)].first != nil } ?? false
        }
        let words = held.filter(isEarly)
        held.removeAll(where: isEarly)
        return words
    }

    private static func epochDelta(_ word: DeltaMessage) -> EpochDelta? {
        guard case .epochDelta(let epochDelta) = word else { return nil }
        return epochDelta
    }

    private func publish() throws -> Coordinator.Publication? {
        guard recorded != nil else {
            return try coordinator.publish(
                Coordinator.Clock(now: .max, isIdle: { _ in true }), settings: settings, unread: nil)
        }
        guard let record = recorded?.first, let included = included(record.bookkeeping),
            let next = try coordinator.publish(
                recorded: included, settings: record.settings, rules: record.rules, unread: nil)
        else { return nil }
        recorded = recorded?.dropFirst()
        return next
    }

    private func included(_ bookkeeping: Bookkeeping) -> IncludedDeltas? {
        guard let schedule else { return IncludedDeltas(bookkeeping) }
        return schedule.included(in: bookkeeping)
    }

    private func keep(_ next: Coordinator.Publication) throws {
        guard let through = next.bookkeeping.through else { return }
        models.append((next.bookkeeping.from, through, CompiledModel(next.model, version: through)))
        var sum: Tally?
        for (partition, state) in next.bookkeeping.partitions.enumerated() {
            let left = Int(state.read - state.included)
            let count = max(tallies[partition].count - left, 0)
            for tally in tallies[partition].prefix(count) { sum = (sum ?? Tally()) + tally }
            tallies[partition].removeFirst(count)
        }
        try watcher.take(next, sum)
        if let outlet, !next.changes.isEmpty { try outlet.clusters(next.changes, next.model) }
        // Delete the models before the oldest requested one. No partition requests them again.
        let oldest = asked.compactMap(\.self).min() ?? .max
        if let kept = models.firstIndex(where: { $0.through >= oldest }), kept > 64 { models.removeFirst(kept) }
    }

    // MARK: - Waiting

    /// Resumes every waiter whose wait is over. Runs after each change of the state, so that no path can omit it.
    private func settle() {
        let isOver = isStopped || isStuck
        let all = waiting
        waiting = []
        for entry in all {
            let model = isStopped ? nil : exact(entry.version)
            if model == nil, !isOver {
                waiting.append(entry)
            } else {
                entry.continuation.resume(returning: model)
            }
        }
    }

    /// Whether all partitions that have not reached their end wait for models that do not exist. No partition can close
    /// an epoch then, so none of these models will ever exist.
    private var isStuck: Bool {
        !waiting.isEmpty && waiting.count == asked.count(where: { $0 != nil })
            && waiting.allSatisfy { exact($0.version) == nil }
    }
}
