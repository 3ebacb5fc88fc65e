@testable import ShoalClustering

/// Toy keys in place of the real ones, which use HMAC.
struct ToyKeys: TopicKeys {
    func rank(of member: Pseudonym, in period: Int64?) -> UInt128 {
        period == nil ? member : member ^ UInt128(UInt64(bitPattern: period ?? 0) &* 0x9E37_79B9_7F4A_7C15)
    }

    func candidate(_ name: ArraySlice<UInt8>) -> UInt128 {
        name.reduce(UInt128(0x6c62_272e_07bb_0142)) { ($0 ^ UInt128($1)) &* 0x1_0000_0000_013B }
    }

    func mark(_ name: ArraySlice<UInt8>, _ member: Pseudonym) -> UInt32 {
        var mixer = SplitMix64(seed: UInt64(truncatingIfNeeded: candidate(name)))
        mixer.absorb(UInt64(truncatingIfNeeded: member))
        return UInt32(truncatingIfNeeded: mixer.next() >> 32)
    }
}

/// A record of a toy partition: an event, or a tombstone of the member.
enum ToyRecord {
    case event(EngineEvent)
    case erase(Pseudonym)
}

/// Runs the engine over complete partitions in memory, without Kafka or wall clock.
struct Stream {
    var records: [[ToyRecord]]
    var settings: Settings
    var topics: [[UInt8]]
    /// The order in which the partitions are processed. It must not affect the result.
    var order: [Int]
    /// The number of members that an epoch opening visits between two commit points. It must not affect the result.
    var openingStep = Shard<ToyKeys>.openingStep

    private var drivers: [PartitionDriver<ToyKeys>] = []
    private(set) var coordinator: Coordinator
    private(set) var models: [(from: Epoch?, through: Epoch, model: CompiledModel)] = []
    private(set) var memberChanges: [MemberChange] = []
    private(set) var lifecycle: [LifecycleChange] = []
    private var words: [DeltaMessage] = []
    private var saidCaughtUp: [Bool]
    /// The number of records of each partition that have arrived.
    private var available: [Int]
    private(set) var includedDeltas: [IncludedDeltas] = []
    private let genesis: CompiledModel

    init(
        _ records: [[ToyRecord]], settings: Settings, topics: [[UInt8]], order: [Int]? = nil,
        rules: LifecycleRules = .current
    ) {
        self.records = records
        self.settings = settings
        self.topics = topics
        self.order = order ?? Array(records.indices)
        var model = Model.genesis(settings: settings.under(rules), topics: topics)
        model.rules = rules
        genesis = CompiledModel(model, version: nil)
        saidCaughtUp = records.map { _ in false }
        available = records.map(\.count)
        let genesis = genesis
        drivers = records.indices.map {
            PartitionDriver(Shard(partition: Int32($0), genesis: genesis, keys: ToyKeys()), offset: 0)
        }
        coordinator = Coordinator(
            model: genesis.model,
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: records.map { _ in PartitionState() }, deltaOffset: 0,
                oldestOffset: 0))
    }

    var shards: [Shard<ToyKeys>] { drivers.map(\.shard) }

    /// Runs to the end of the records.
    /// - Parameters:
    ///   - growth: Makes the records arrive gradually, so that partitions become idle, are left out, and arrive late.
    ///   - recorded: The recorded included deltas of another run, which determine the models.
    mutating func run(growth: SplitMix64? = nil, obeying recorded: [IncludedDeltas]? = nil) throws {
        var growth = growth
        var toObey = (recorded ?? [])[...]
        if growth != nil { available = records.map { _ in 0 } }
        var offset: Int64 = 0
        while true {
            grow(&growth)
            for partition in order { advance(partition) }
            let isQuiet = words.isEmpty && available == records.map(\.count)
            for word in words {
                try coordinator.fold(word, firstOffset: offset, offset: offset)
                offset += 1
            }
            words.removeAll()
            var hasPublished = false
            let clock = Coordinator.Clock(now: .max, isIdle: { _ in true })
            while true {
                let publication =
                    if recorded == nil {
                        try coordinator.publish(clock, settings: settings, unread: nil)
                    } else {
                        try toObey.first.flatMap {
                            try coordinator.publish(recorded: $0, settings: settings, rules: .current, unread: nil)
                        }
                    }
                guard let next = publication else { break }
                toObey = toObey.dropFirst()
                hasPublished = true
                lifecycle += next.changes
                if let included = IncludedDeltas(next.bookkeeping) { includedDeltas.append(included) }
                if let through = next.bookkeeping.through {
                    models.append(
                        (next.bookkeeping.from, through, CompiledModel(next.model, version: through)))
                }
            }
            if isQuiet, !hasPublished { return }
        }
    }

    /// Adds records to some of the partitions.
    private mutating func grow(_ growth: inout SplitMix64?) {
        guard growth != nil else { return }
        for partition in records.indices where growth?.uniform() ?? 0 < 0.4 {
            let more = Int((growth?.uniform() ?? 0) * 600)
            guard available[partition] < records[partition].count, more > 0 else { continue }
            available[partition] = min(available[partition] + more, records[partition].count)
            saidCaughtUp[partition] = false
        }
    }

    private mutating func advance(_ partition: Int) {
        while Int(drivers[partition].offset) < available[partition] {
            guard step(partition) else { return }
            memberChanges += drivers[partition].changes
            drivers[partition].changes.removeAll()
        }
        if !saidCaughtUp[partition] {
            saidCaughtUp[partition] = true
            words.append(.caughtUp(partition: Int32(partition), number: drivers[partition].shard.deltaCount))
        }
    }

    /// Performs one step of the next record.
    /// - Returns: False if its model is not available yet.
    private mutating func step(_ partition: Int) -> Bool {
        let offset = drivers[partition].offset
        switch records[partition][Int(offset)] {
        case .erase(let member):
            drivers[partition].erase(member, at: offset)
        case .event(let event):
            switch drivers[partition].advance(to: event, at: offset) {
            case .closed(let epochDelta):
                words.append(.epochDelta(epochDelta))
            case .needs(let version):
                guard let model = model(version) else { return false }
                drivers[partition].openWhole(model, at: offset, most: openingStep)
            case nil:
                drivers[partition].handle(event, at: offset)
            }
        }
        return true
    }

    private func model(_ version: Epoch) -> CompiledModel? {
        if let start = coordinator.start, version <= start { return genesis }
        return models.last { ($0.from ?? .min) <= version && version <= $0.through }?.model
    }

    /// Recomputes the sums of all members.
    func recomputed() -> [ClusterID: ClusterSums] {
        var sums: [ClusterID: ClusterSums] = [:]
        for shard in shards {
            for slot in shard.members.slots.indices where shard.members.slots[slot].isUsed {
                guard shard.members.slots[slot].cluster != MemberTable.uncounted else { continue }
                let cluster = coordinator.model.root(of: shard.members.slots[slot].cluster)
                let entries = shard.members.topics[shard.members.range(slot)].filter { $0.direction > 0 }
                    .map { SumEntry(topic: $0.number, value: Int64($0.direction)) }
                    .sorted { $0.topic < $1.topic }
                let published = PublishedCount(
                    published: shard.members.published[slot], count: 1, counting: shard.counts(slot) ? 1 : 0)
                sums[cluster, default: ClusterSums()].add(
                    ClusterDelta(cluster: cluster, count: 1, sums: entries, published: [published]))
            }
        }
        return sums
    }

    /// Returns the sums of the last model plus all epoch deltas that it does not include.
    mutating func kept() -> [ClusterID: ClusterSums] {
        var sums: [ClusterID: ClusterSums] = [0: coordinator.model.unassigned]
        for cluster in coordinator.model.clusters { sums[cluster.id] = cluster.sums }
        for epochDelta in coordinator.waitingDeltas {
            for delta in epochDelta.clusters {
                sums[coordinator.model.root(of: delta.cluster), default: ClusterSums()].add(delta)
            }
        }
        for driver in drivers {
            var delta = driver.shard.delta
            for delta in delta.take() {
                sums[coordinator.model.root(of: delta.cluster), default: ClusterSums()].add(delta)
            }
        }
        return sums.filter { $0.value != ClusterSums() }
    }
}
