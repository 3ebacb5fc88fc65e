import Foundation

@testable import ShoalClustering
@testable import ShoalPipeline

/// Runs simulated viewers through all partitions of an application, in one thread, and measures the ends of its epochs.
/// Each viewer watches one video an epoch, about two of the eight topics of its taste; one topic in ten is any other.
struct EpochRun {
    /// Epochs until clusters are settled, and epochs that are measured.
    private static let (settling, measured) = (14, 10)
    private static let length: Int64 = 3_600_000

    private let members: Int
    private let tastes: Int
    private let names: [[UInt8]]
    private let settings: Settings
    private let sealer: RecordSealer
    private var drivers: [PartitionDriver<KeyedTopics>]
    private var coordinator: Coordinator
    private var models: [Epoch: CompiledModel] = [:]
    private let genesis: CompiledModel
    private var deltas: [[[UInt8]]] = []
    private var offset: Int64 = 0
    private var isMeasuring = false
    private var costs = EpochCosts()

    /// - Parameters:
    ///   - members: of each partition.
    ///   - rules: with which all begin.
    init(partitions: Int, members: Int, clusters: Int, topics: Int, key: PrivacyKey, rules: LifecycleRules) {
        self.members = members
        tastes = clusters
        names = (0..<topics).map { Array("topic \($0)".utf8) }
        var settings = Settings()
        settings.seedMembers = 4_096
        settings.clustersInitial = clusters
        settings.clustersCount = clusters
        settings.clustersMax = max(clusters, settings.clustersMax)
        settings.clustersMinShare = 0
        settings.minEvents = 2
        self.settings = settings
        sealer = RecordSealer(key, topic: "bench", partition: 0)
        var first = Model.genesis(settings: settings, topics: names)
        first.rules = rules
        let genesis = CompiledModel(first, version: nil)
        self.genesis = genesis
        drivers = (0..<partitions).map {
            PartitionDriver(Shard(partition: Int32($0), genesis: genesis, keys: KeyedTopics(key)), offset: 0)
        }
        coordinator = Coordinator(
            model: first,
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: drivers.map { _ in PartitionState() }, deltaOffset: 0,
                oldestOffset: 0))
        (costs.partitions, costs.members, costs.topics) = (partitions, members, topics)
    }

    mutating func measure() throws -> EpochCosts {
        for epoch in 0..<Self.settling + Self.measured {
            isMeasuring = epoch >= Self.settling
            for partition in drivers.indices { try handle(epoch, in: partition) }
            try publish()
        }
        costs.clusters = coordinator.model.clusters.count(where: \.isActive)
        return costs.mean(of: Self.measured)
    }

    // MARK: - Partitions

    private mutating func handle(_ epoch: Int, in partition: Int) throws {
        var draws = SplitMix64(seed: UInt64(epoch) << 32 | UInt64(partition))
        var event = EngineEvent()
        (event.watched, event.duration) = (20_000, 30_000)
        for member in 0..<members {
            let viewer = partition * members + member
            var mixer = SplitMix64(seed: UInt64(viewer))
            event.member = UInt128(mixer.next()) << 64 | UInt128(mixer.next())
            event.order = mixer.next()
            event.time = 1_700_000_000_000 + Int64(epoch) * Self.length + Int64(member) * Self.length / Int64(members)
            event.text.removeAll(keepingCapacity: true)
            event.topics.removeAll(keepingCapacity: true)
            for _ in 0..<2 {
                let drawn = Int(draws.next() % 80)
                let topic = drawn < 8 ? Int(draws.next() % 1_000_003) : viewer % tastes * 7 + drawn % 8 * 13
                let start = event.text.count
                event.text += names[topic % names.count]
                event.topics.append(.init(name: start..<event.text.count, weight: 1 << 16))
            }
            try advance(to: event, in: partition, at: Int64(epoch * members + member))
            drivers[partition].handle(event, at: Int64(epoch * members + member))
            drivers[partition].changes.removeAll(keepingCapacity: true)
        }
    }

    private mutating func advance(to event: EngineEvent, in partition: Int, at place: Int64) throws {
        while true {
            let before = CPUTime.ofProcess
            switch drivers[partition].advance(to: event, at: place) {
            case .closed(let delta):
                deltas.append(DeltaRecord.encode(delta, .newest, by: sealer))
                note(\.deltaWritten, since: before)
                guard isMeasuring else { continue }
                costs.sums += Double(delta.clusters.reduce(0) { $0 + $1.sums.count })
                costs.samples += Double(delta.clusters.reduce(0) { $0 + $1.samples.count })
                costs.deltaBytes += Double(deltas.last?.reduce(0) { $0 + $1.count } ?? 0)
            case .needs(let version):
                let start = coordinator.start ?? .max
                guard let model = version <= start ? genesis : models[version] else { throw MissingModel() }
                drivers[partition].openWhole(model, at: place)
                note(\.opened, since: before)
            case nil: return
            }
        }
    }

    private struct MissingModel: Error {}

    // MARK: - Coordinator

    /// Reads the deltas of this round, and publishes the models that are due.
    private mutating func publish() throws {
        let reading = CPUTime.ofProcess
        var assembler = EpochDeltaAssembler(partitions: drivers.count, sealer: sealer)
        var words: [DeltaMessage] = []
        for part in deltas.joined() {
            if let (word, _) = try assembler.add(DeltaRecord.decode(part.span), offset: 0) { words.append(word) }
        }
        deltas.removeAll()
        note(\.deltaRead, since: reading)
        let deciding = CPUTime.ofProcess
        for word in words {
            try coordinator.fold(word, firstOffset: offset, offset: offset)
            offset += 1
        }
        var found: [Coordinator.Publication] = []
        // The clock of the wall is behind all epochs of the log.
        let clock = Coordinator.Clock(now: .max, isIdle: { _ in false })
        while let next = try coordinator.publish(clock, settings: settings, unread: nil) { found.append(next) }
        note(\.decided, since: deciding)
        for publication in found { try pass(publication) }
    }

    /// Writes a model and reads it again, as instances do.
    private mutating func pass(_ publication: Coordinator.Publication) throws {
        let writing = CPUTime.ofProcess
        var records = RecordBuffer()
        let record = ModelRecord(bookkeeping: publication.bookkeeping, keyFingerprint: 1, model: publication.model)
        record.append(to: &records, by: sealer)
        note(\.modelWritten, since: writing)
        if isMeasuring { costs.modelBytes += Double(records.bytes.count) }
        guard let through = publication.bookkeeping.through else { return }
        let content = ModelContent.encode(publication.model)
        let compressed = Compression.newest.compress(content)
        let reading = CPUTime.ofProcess
        let decompressed = Compression.newest.decompress(compressed, size: content.count) ?? []
        let model = CompiledModel(try ModelRecord.decode(record.head, decompressed).model, version: through)
        note(\.modelRead, since: reading)
        models[through] = model
        for old in models.keys where old < through - 4 { models[old] = nil }
    }

    // MARK: - Time

    private mutating func note(_ path: WritableKeyPath<EpochCosts, Double>, since before: Double) {
        if isMeasuring { costs[keyPath: path] += CPUTime.ofProcess - before }
    }
}
