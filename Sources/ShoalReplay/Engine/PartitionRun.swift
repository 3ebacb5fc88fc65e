internal import ShoalClustering
internal import ShoalPipeline

/// Replays one partition from its first record to its last.
struct PartitionRun {
    var engine: PartitionEngine
    private let partition: Int32
    private let coordinator: ReplayCoordinator
    private let progress: ReplayProgress
    private let outlet: ReplayOutlet?
    private let places: (any PlaceWatcher)?
    private var keeper = TallyKeeper()
    private var history = MembershipHistory()
    private var reported: Int64 = 0
    private let keepsPlaces: Bool

    init(
        _ engine: consuming PartitionEngine, coordinator: ReplayCoordinator, progress: ReplayProgress,
        outlet: ReplayOutlet?, places: (any PlaceWatcher)? = nil, keepsPlaces: Bool
    ) {
        partition = engine.driver.shard.partition
        self.engine = engine
        self.coordinator = coordinator
        self.progress = progress
        self.outlet = outlet
        self.places = places
        self.keepsPlaces = keepsPlaces
    }

    /// Replays the partition with epochs from the clock, like a live shard.
    /// - Parameters:
    ///   - isWhole: Whether the last epoch is closed at the end of the input.
    ///   - last: The last epoch that is closed at the end of the input, if it is open; `nil` for none.
    mutating func run<Source: EventSource>(
        _ source: inout Source, isWhole: Bool = false, closing last: Epoch? = nil
    ) async throws -> PartitionResult {
        while true {
            switch engine.run(&source) {
            case .empty:
                try await flush()
                if try await source.fill() { continue }
                engine.endInput()
                if isWhole, !progress.isStopped, let end = engine.driver.shard.epochAfterLast {
                    try await coordinator.take(engine.driver.close(to: end), cut())
                    try await publishLast()
                }
                if let last, case .open(let open) = engine.driver.shard.phase, open <= last {
                    try await coordinator.take(engine.driver.close(to: last + 1), cut())
                }
                return try await finish()
            case .changes:
                try await flush()
            case .closed(let epochDelta):
                try await flush()
                try await coordinator.take(epochDelta, cut())
            case .needs(let version):
                guard let model = await model(version) else {
                    return try await finish(starvedFor: version)
                }
                let isOpen = engine.open(model, offset: engine.pendingOffset)
                try await flush()
                if isOpen, let start = await coordinator.start { history.record(engine.driver.shard, since: start) }
            case .arrived:
                try await flush()
                return try await finish()
            }
        }
    }

    /// Opens the epoch after the last one, which publishes the changes of the last one.
    private mutating func publishLast() async throws {
        guard let needed = engine.driver.shard.neededModel, let model = await model(needed) else { return }
        try await openWhole(model)
    }

    private mutating func openWhole(_ model: CompiledModel) async throws {
        while !engine.open(model, offset: engine.driver.offset) { try await flush() }
        try await flush()
        places?.opened(engine.driver.shard, model.model)
    }

    private func model(_ version: Epoch) async -> CompiledModel? {
        let (coordinator, partition) = (coordinator, partition)
        return await progress.waiting("partition \(partition) waits for the model of epoch \(version)") {
            await coordinator.model(version, for: partition)
        }
    }

    /// Replays the partition with given epochs, and opens and closes each of them.
    mutating func run(_ source: inout SpooledSource, epochs: GivenSpan) async throws -> PartitionResult {
        var epoch = epochs.first
        while !progress.isStopped {
            source.epoch = epoch
            while true {
                let stop = engine.run(&source)
                try await flush()
                if case .empty = stop, try await !source.fill() { break }
            }
            let next = epochs.next(after: epoch)
            try await coordinator.take(engine.driver.close(to: next ?? epoch + 1), cut())
            guard let next else {
                try await publishLast()
                places?.finish()
                break
            }
            guard let needed = engine.driver.shard.neededModel, let model = await model(needed) else {
                return try await finish()
            }
            try await openWhole(model)
            if let start = await coordinator.start { history.record(engine.driver.shard, since: start) }
            epoch = next
        }
        return try await finish()
    }

    private mutating func flush() async throws {
        progress.step()
        let events = engine.driver.shard.counters.events
        if events - reported > 0 {
            progress.add(events - reported)
            reported = events
        }
        guard !engine.driver.changes.isEmpty else { return }
        keeper.take(engine.driver.changes)
        if let outlet { try await outlet.members(engine.driver.changes, partition) }
        places?.take(engine.driver.changes)
        engine.driver.changes.removeAll(keepingCapacity: true)
    }

    private mutating func cut() -> Tally {
        keeper.cut(events: engine.driver.shard.counters.events)
    }

    private mutating func finish(starvedFor version: Epoch? = nil) async throws -> PartitionResult {
        try await coordinator.finish(partition, deltaCount: engine.driver.shard.deltaCount)
        var result = PartitionResult(partition: partition, position: engine.driver.position)
        result.counters = engine.driver.shard.counters
        result.times = engine.times
        result.members = engine.driver.shard.memberCount
        result.memberBytes = engine.driver.shard.memberBytes
        result.tally = cut()
        result.sample = SampledMember.sample(of: engine.driver.shard)
        result.history = history.taken
        if keepsPlaces || !history.taken.isEmpty {
            engine.driver.shard.forEachPlace { member, _, published in result.places[member] = published }
        }
        result.erased = engine.driver.shard.erased
        result.period = engine.driver.shard.openEpoch.flatMap { engine.driver.shard.fixed.period(of: $0) }
        result.hasLeftGenesis = engine.driver.shard.openEpoch != nil
        result.starvedFor = version
        return result
    }
}
