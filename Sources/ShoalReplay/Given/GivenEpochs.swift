public import ShoalClustering

/// Runs the engine in memory with the epoch of each event given: no clock, no genesis, no Kafka. Every partition opens
/// and closes every epoch, with or without events, so the result does not depend on the number of partitions.
public struct GivenEpochs<Keys: TopicKeys> {
    /// The result of closing an epoch.
    public struct Closed: Sendable {
        public var epoch: Epoch
        /// The model of this version, as it was published.
        public var model: Model
        public var lifecycle: [LifecycleChange]
        /// The changes by the epoch's events, in the order of partitions, and by the next opening.
        public var changes: [MemberChange]
    }

    private var drivers: [PartitionDriver<Keys>]
    /// The open epoch.
    public private(set) var epoch: Epoch
    private var coordinator: Coordinator
    private var settings: Settings
    private let genesis: CompiledModel
    /// The most recent models, the newest last, as many as the staleness requires.
    private var models: [CompiledModel] = []
    private var words: Int64 = 0

    /// - Parameters:
    ///   - topics: The vocabulary (`topics.file`). Other topics become candidates.
    ///   - first: The smallest epoch of the input.
    ///   - keys: Creates the topic hashes of a partition.
    public init(
        settings: Settings, topics: [[UInt8]], partitions: Int, first: Epoch, keys: (Int) -> Keys
    ) {
        self.init(
            genesis: .genesis(settings: settings, topics: topics), partitions: partitions, first: first, keys: keys)
    }

    /// - Parameter model: The genesis model, with the settings, the vocabulary and the rules.
    package init(genesis model: Model, partitions: Int, first: Epoch, keys: (Int) -> Keys) {
        settings = model.settings
        epoch = first
        let genesis = CompiledModel(model, version: nil)
        self.genesis = genesis
        drivers = (0..<partitions).map {
            PartitionDriver(
                Shard(partition: Int32($0), genesis: genesis, keys: keys($0), opening: first), offset: 0)
        }
        let states = (0..<partitions).map { _ in
            var state = PartitionState()
            state.first = first
            return state
        }
        coordinator = Coordinator(
            model: genesis.model,
            bookkeeping: Bookkeeping(
                from: nil, through: first - 1, start: first - 1, partitions: states, deltaOffset: 0, oldestOffset: 0))
    }

    public var shards: [Shard<Keys>] { drivers.map(\.shard) }

    /// Repeats every skipped scan from now on. `Shard.wrongSkips` counts differences.
    public mutating func audit() {
        for partition in drivers.indices { drivers[partition].shard.isAudited = true }
    }

    /// The last model.
    public var model: Model { coordinator.model }

    /// Handles an event of the open epoch.
    public mutating func handle(_ event: borrowing EngineEvent, partition: Int) {
        drivers[partition].handle(event, at: drivers[partition].offset)
    }

    /// Erases a viewer.
    /// - Returns: Whether the viewer was known.
    @discardableResult
    public mutating func erase(_ member: Pseudonym, partition: Int) -> Bool {
        drivers[partition].erase(member, at: drivers[partition].offset)
    }

    /// Returns the member changes that no `Closed` has contained. No later one will contain them.
    public mutating func takeChanges() -> [MemberChange] {
        defer { for partition in drivers.indices { drivers[partition].changes.removeAll(keepingCapacity: true) } }
        return drivers.flatMap(\.changes)
    }

    /// Closes the open epoch in all partitions, computes its model, and opens the next epoch.
    /// - Throws: `Contradiction`, which no input can cause.
    public mutating func close() throws(Contradiction) -> Closed {
        let closed = epoch
        epoch += 1
        for partition in drivers.indices {
            let epochDelta = drivers[partition].close(to: epoch)
            try coordinator.fold(.epochDelta(epochDelta), firstOffset: words, offset: words)
            words += 1
        }
        let clock = Coordinator.Clock(now: .max, isIdle: { _ in false })
        guard let publication = try coordinator.publish(clock, settings: settings, unread: nil) else {
            throw Contradiction("epoch \(closed) was closed by every partition, and is not due")
        }
        models.append(CompiledModel(publication.model, version: closed))
        let staleness = Int(settings.fixed.staleness)
        if models.count > staleness { models.removeFirst(models.count - staleness) }
        let current = models.count < staleness ? genesis : models[0]
        for partition in drivers.indices {
            drivers[partition].openWhole(current, at: drivers[partition].offset)
        }
        return Closed(
            epoch: closed, model: publication.model, lifecycle: publication.changes, changes: takeChanges())
    }

    /// Changes the settings of the following models.
    public mutating func change(_ settings: Settings) {
        self.settings = settings
    }
}
