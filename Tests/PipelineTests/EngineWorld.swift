import ShoalSchemas

@testable import ShoalClustering
@testable import ShoalPipeline

/// One partition and its coordinator in memory after some epochs, with their records and engines to read them.
struct EngineWorld {
    /// An epoch delta, and the states of the coordinator and the shard before it was folded.
    struct Step {
        var epochDelta: EpochDelta
        var coordinator: Coordinator
        var shard: Shard<KeyedTopics>
    }

    let key: PrivacyKey
    private(set) var settings = Settings()
    private(set) var steps: [Step] = []
    private(set) var models: [ModelRecord] = []
    /// Headers of snapshots, with the members written so far.
    private(set) var header: ShardHeader
    private(set) var members: [(key: [UInt8], value: [UInt8])] = []
    private(set) var shard: Shard<KeyedTopics>
    private(set) var coordinator: Coordinator
    private(set) var offset: Int64 = 0

    /// A clock at which all epochs have ended and their idle timeouts have passed.
    static let clock = Coordinator.Clock(now: .max) { _ in true }

    init(epochs: Int64 = 7) throws {
        key = PrivacyKey(bytes: (0..<32).map { UInt8(truncatingIfNeeded: 37 &* $0 &+ $0 &* $0) })
        settings.fixed.epochLength = 1_000
        settings.fixed.staleness = 1
        settings.fixed.clockQuorum = 2
        settings.fixed.dedupWindow = 64
        settings.fixed.profileTopics = 8
        settings.halfLife = 2_000
        settings.minEvents = 1
        settings.topicsMinViewers = 1
        settings.topicsMax = 40
        settings.seedMembers = 10
        settings.clustersInitial = 3
        settings.minClusterSize = 2
        settings.memberTTL = 4_000
        let genesis = Model.genesis(settings: settings, topics: (0..<12).map { Array("topic \($0)".utf8) })
        var bookkeeping = Bookkeeping(
            from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0)
        models.append(ModelRecord(bookkeeping: bookkeeping, firstOffsets: [0], keyFingerprint: 7, model: genesis))
        bookkeeping.partitions = [PartitionState()]
        coordinator = Coordinator(model: genesis, bookkeeping: bookkeeping)
        shard = Shard(partition: 0, genesis: CompiledModel(genesis, version: nil), keys: KeyedTopics(key))
        shard.trackChanges()
        header = shard.header(at: 0)
        for epoch in 0..<epochs { try run(epoch) }
        try snapshot()
    }

    private mutating func run(_ epoch: Int64) throws {
        for round in 0..<2 {
            for viewer in 0..<40 {
                let event = Self.event(viewer, at: epoch * 1_000 + Int64(round) * 400, offset)
                try handle(event)
            }
        }
        if epoch == 3 { try snapshot() }
    }

    /// Viewer `n` watches three of twelve topics by `n % 3`, and one outside of the vocabulary.
    static func event(_ viewer: Int, at time: Int64, _ offset: Int64) -> EngineEvent {
        var event = EngineEvent()
        event.member = Pseudonym(viewer + 1) << 64 | Pseudonym(viewer &* 7_919 + 3)
        event.order = UInt64(viewer &* 104_729)
        event.id = UInt64(offset + 1) &* 0x9E37_79B9_7F4A_7C15
        (event.watched, event.duration, event.time) = (90_000, 100_000, time)
        let names = (0..<3).map { "topic \(viewer % 3 * 4 + ($0 + viewer) % 4)" } + ["new \(viewer % 5)"]
        for name in names {
            let start = event.text.count
            event.text += Array(name.utf8)
            event.topics.append(.init(name: start..<event.text.count, weight: 1 << 16))
        }
        return event
    }

    private mutating func handle(_ event: EngineEvent) throws {
        var changes: [MemberChange] = []
        if let epoch = shard.observe(event.tick) {
            let before = (coordinator, shard)
            let epochDelta = shard.close(to: epoch)
            steps.append(Step(epochDelta: epochDelta, coordinator: before.0, shard: before.1))
            try coordinator.fold(.epochDelta(epochDelta), firstOffset: epochDelta.number, offset: epochDelta.number)
            try publish()
            guard let needed = shard.neededModel else { return }
            let model = models.last { ($0.bookkeeping.through ?? .min) <= needed } ?? models[0]
            let compiled = CompiledModel(model.model, version: model.bookkeeping.through)
            while !shard.open(compiled, offset: offset, changes: &changes) {}
        }
        shard.handle(event, offset: offset, changes: &changes)
        offset += 1
    }

    private mutating func publish() throws {
        while let next = try coordinator.publish(Self.clock, settings: settings, unread: nil) {
            models.append(ModelRecord(bookkeeping: next.bookkeeping, keyFingerprint: 7, model: next.model))
        }
    }

    private mutating func snapshot() throws {
        guard let header = shard.beginSnapshot(at: offset) else { return }
        self.header = header
        while !shard.continueSnapshot(most: 16) {}
        var records = RecordBuffer()
        shard.takeSnapshot { StateRecord.append($0, at: header.point, by: .test, to: &records) }
        for entry in records.entries {
            guard let key = entry.key, let value = entry.value else { continue }
            members.append((Array(records.bytes[key]), Array(records.bytes[value])))
        }
    }

    /// The content of records before it is compressed.
    static func content(of epochDelta: EpochDelta) -> [UInt8] {
        var writer = ProtoWriter()
        DeltaRecord.write(epochDelta, &writer)
        return writer.bytes
    }
}
