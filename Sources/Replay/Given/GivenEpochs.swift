public import Clustering

/// The engine in memory with the epoch of each event given: no clock, no genesis, no Kafka. Every partition opens and closes
/// every epoch, one by one, with events or without, so that the result does not depend on the number of partitions.
public struct GivenEpochs<Keys: TopicKeys> {
    /// What came of closing an epoch.
    public struct Closed: Sendable {
        public var epoch: Epoch
        /// The model of this version, as it was published.
        public var model: Model
        public var lifecycle: [LifecycleChange]
        /// Of the epoch's own events, in the order of partitions, and of its opening.
        public var changes: [MemberChange]
    }

    public private(set) var shards: [Shard<Keys>]
    /// The epoch that is open.
    public private(set) var epoch: Epoch
    private var coordinator: Coordinator
    private var settings: Settings
    private let genesis: CompiledModel
    /// The last models, the newest last: as many as staleness asks for.
    private var models: [CompiledModel] = []
    private var changes: [[MemberChange]]
    private var offsets: [Int64]
    private var words: Int64 = 0

    /// - Parameters:
    ///   - topics: the vocabulary (`topics.file`); topics outside it become candidates.
    ///   - first: the smallest epoch of the input.
    ///   - keys: makes the keyed hashes of topics, one for each partition.
    public init(
        settings: Settings, topics: [[UInt8]], partitions: Int, first: Epoch, keys: (Int) -> Keys
    ) {
        self.settings = settings
        epoch = first
        let genesis = CompiledModel(.genesis(settings: settings, topics: topics), version: nil)
        self.genesis = genesis
        shards = (0..<partitions).map {
            Shard(partition: Int32($0), genesis: genesis, keys: keys($0), opening: first)
        }
        changes = Array(repeating: [], count: partitions)
        offsets = Array(repeating: 0, count: partitions)
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

    /// From now on every scan that a bound would spare is done all the same, and `Shard.wrongSkips` counts the difference.
    public mutating func audit() {
        for partition in shards.indices { shards[partition].isAudited = true }
    }

    /// The last model.
    public var model: Model { coordinator.model }

    /// Handles an event of the open epoch.
    public mutating func handle(_ event: borrowing EngineEvent, partition: Int) {
        shards[partition].handle(event, offset: offsets[partition], changes: &changes[partition])
        offsets[partition] += 1
    }

    /// Forgets a viewer.
    /// - Returns: whether anybody knew him.
    @discardableResult
    public mutating func erase(_ member: Pseudonym, partition: Int) -> Bool {
        defer { offsets[partition] += 1 }
        return shards[partition].erase(member, offset: offsets[partition], changes: &changes[partition])
    }

    /// What has come of members and was in no `Closed` yet; it will be in none.
    public mutating func takeChanges() -> [MemberChange] {
        defer { for partition in changes.indices { changes[partition].removeAll(keepingCapacity: true) } }
        return changes.flatMap(\.self)
    }

    /// Closes the open epoch everywhere, makes its model, and opens the next one.
    /// - Throws: `Contradiction`, which no input can cause.
    public mutating func close() throws(Contradiction) -> Closed {
        let closed = epoch
        epoch += 1
        for partition in shards.indices {
            let closing = shards[partition].close(to: epoch)
            try coordinator.fold(.closing(closing), firstOffset: words, offset: words)
            words += 1
        }
        let clock = Coordinator.Clock(now: .max, isIdle: { _ in false })
        guard let publication = try coordinator.publish(clock, settings: settings, unread: nil) else {
            throw Contradiction("epoch \(closed) was closed by every partition, and is not due")
        }
        let result = Closed(
            epoch: closed, model: publication.model, lifecycle: publication.changes, changes: changes.flatMap(\.self))
        models.append(CompiledModel(publication.model, version: closed))
        let staleness = Int(settings.fixed.staleness)
        if models.count > staleness { models.removeFirst(models.count - staleness) }
        let current = models.count < staleness ? genesis : models[0]
        for partition in shards.indices {
            changes[partition].removeAll(keepingCapacity: true)
            // The event that opens an epoch has the epoch's own time where none is known.
            let time = epoch * settings.fixed.epochLength
            while !shards[partition].open(
                current, offset: offsets[partition], time: time, changes: &changes[partition])
            {}
        }
        return result
    }

    /// Settings that the next models carry.
    public mutating func change(_ settings: Settings) {
        self.settings = settings
    }
}
