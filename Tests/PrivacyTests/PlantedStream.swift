import ShoalClustering
import ShoalReplay
import ShoalSchemas
import ShoalSettings

@testable import ShoalPipeline

/// A run over a stream with a planted group: viewers of one large cluster who turn to topics of their own, and who are fewer
/// than `privacy.min-cluster-size`. What subscribers see is kept apart from what only the evaluator knows.
struct PlantedStream {
    static let minimum: Int64 = 100
    static let group = 80
    /// The viewers of the cluster that the group is in.
    static let crowd = 1_001
    /// The viewers of each other cluster.
    private static let others = 400
    private static let clusters = 6
    private static let epochs: Int64 = 64
    /// The epoch from which on the group watches topics of its own.
    private static let turn: Int64 = 20

    /// What a subscriber reads, in order for each member.
    private(set) var changes: [ClusterChange] = []
    /// The evaluator's knowledge: the pseudonyms of the group in the output.
    private(set) var secret: Set<UInt128> = []
    /// All members' pseudonyms in the state.
    private(set) var stored: Set<UInt128> = []
    /// What the API and the page tell after each model.
    private(set) var reports: [ReplayReport] = []
    /// What `clusters.topic` tells after each model.
    private(set) var descriptions: [ClusterDescription] = []
    /// What the run leaves on the internal topics.
    private(set) var internals: InternalRecords?
    /// Whether the engine has found the group and suppresses its cluster.
    private(set) var isGroupSuppressed = false

    /// The tombstones of members that were sent alone, in epochs with few other changes, and the changes that published them,
    /// by epoch.
    private(set) var erasures: [[ClusterChange]] = []
    /// The viewers that were erased, as the writer knows them.
    private(set) var erased = 0

    /// The evaluator's knowledge: ten watch times of each of 500 viewers, in ms, by the pseudonym in the output.
    private(set) var knownWatches: [UInt128: [Int64]] = [:]

    private let key: PrivacyKey
    private let seed: UInt64
    private let rotation: Int64?

    /// - Parameter rotation: `privacy.rotation` in ms of event time.
    init(seed: UInt64, rotation: Int64? = nil) throws {
        self.seed = seed
        self.rotation = rotation
        key = PrivacyKey(bytes: (0..<32 as Range<UInt64>).map { UInt8(truncatingIfNeeded: ($0 &+ 3) &* 29 &+ seed) })
        try run()
    }

    private mutating func run() throws {
        var draws = SplitMix64(seed: seed)
        let viewers = Self.crowd + (Self.clusters - 1) * Self.others
        let members = (0..<viewers).map { key.storedPseudonym(of: Array("viewer-\($0)".utf8)) }
        stored = Set(members)
        let pseudonyms = PublishedPseudonyms(key)
        secret = Set(members[..<Self.group].map { pseudonyms.published($0, in: nil) })
        var settings = Settings()
        settings.minClusterSize = Self.minimum
        // A planted group would have no cluster as long as clusters are preliminary.
        settings.seedMembers = 1_000
        settings.fixed.rotation = rotation
        let engineKey = key
        var engine = GivenEpochs(
            settings: settings, topics: Self.topics, partitions: 1, first: 490_000,
            keys: { _ in KeyedTopics(engineKey) })
        let encoder = ChangeRecord(format: .protobuf, key: key)
        var event = EngineEvent()
        event.watched = 60_000
        event.duration = 60_000
        var watches: [UInt128: [Int64]] = [:]
        var live = LiveReport(name: "planted")
        for epoch in 0..<Self.epochs {
            for viewer in 0..<viewers where draws.next() % 4 == 0 {
                event.member = members[viewer]
                event.order = UInt64(truncatingIfNeeded: members[viewer])
                event.time = (490_000 + epoch) * settings.fixed.epochLength + Int64(viewer)
                if viewer % (viewers / 500) == 0 {
                    watches[pseudonyms.published(members[viewer], in: nil), default: []].append(event.time)
                }
                event.text = Self.topics[topic(of: viewer, epoch, &draws)]
                event.topics = [.init(name: 0..<event.text.count, weight: 1 << 16)]
                engine.handle(event, partition: 0)
            }
            let closed = try engine.close()
            try publish(closed, encoder)
            let version = 490_000 + epoch
            let bookkeeping = Bookkeeping(
                from: version, through: version, start: 0, partitions: [PartitionState()], deltaOffset: 0,
                oldestOffset: 0)
            descriptions += DescriptionTable.descriptions(engine.model).values
            live.take(ModelRecord(bookkeeping: bookkeeping, keyFingerprint: key.fingerprint, model: engine.model))
            if epoch % 4 == 3 { reports.append(live.report) }
        }
        knownWatches = watches.mapValues { times in
            Array(times.sorted { ($0 &* 0x9E37_79B9) & 0xFFFF < ($1 &* 0x9E37_79B9) & 0xFFFF }.prefix(10))
        }
        internals = try InternalRecords(engine, key: key)
        let small = engine.model.clusters.filter { $0.isActive && !$0.isPublished }
        isGroupSuppressed = small.contains { Int64(Self.group / 2)..<Self.minimum ~= $0.sums.count }
        try erase(members.suffix(20), &engine)
    }

    /// Erases viewers, one in an epoch in which nothing else happens, and closes epochs for a week.
    private mutating func erase(_ members: some Collection<Pseudonym>, _ engine: inout GivenEpochs<KeyedTopics>) throws
    {
        erased = members.count
        let before = changes
        for member in members {
            engine.erase(member, partition: 0)
            try publish(try engine.close(), ChangeRecord(format: .protobuf, key: key))
        }
        let told = changes.dropFirst(before.count).filter { $0.kind == .memberErased }
        erasures = Array(Dictionary(grouping: told) { $0.modelVersion ?? 0 }.values)
        changes = before
    }

    /// The end of an event's epoch, which is the time of its changes, in ms.
    func epochEnd(of time: Int64) -> Int64 { (time / Settings().fixed.epochLength + 1) * Settings().fixed.epochLength }

    /// Returns the viewer behind a pseudonym, which only the evaluator can.
    func viewer(of change: ClusterChange) -> Pseudonym? {
        change.member.map { PublishedPseudonyms(key).stored($0, in: change.pseudonymPeriod) }
    }

    /// Five topics for each cluster, and three for the group.
    private static let topics = (0..<clusters * 5 + 3).map { Array("topic-\($0)".utf8) }

    private func topic(of viewer: Int, _ epoch: Int64, _ draws: inout SplitMix64) -> Int {
        let roll = draws.next() % 100
        let choice = Int(draws.next() % 60)
        if viewer < Self.group, epoch >= Self.turn, roll < 70 { return Self.clusters * 5 + choice % 3 }
        if roll < 85 {
            let cluster = viewer < Self.crowd ? 0 : 1 + (viewer - Self.crowd) / Self.others
            return cluster * 5 + choice % 5
        }
        return choice % (Self.clusters * 5)
    }

    private mutating func publish(_ closed: GivenEpochs<KeyedTopics>.Closed, _ encoder: ChangeRecord) throws {
        var records = RecordBuffer()
        for change in closed.lifecycle { encoder.append(change, model: closed.model, to: &records) }
        encoder.append(closed.changes, partition: 0, memberships: false, to: &records)
        for entry in records.entries {
            guard let value = entry.value else { continue }
            changes.append(try ClusterChange(Array(records.bytes[value])))
        }
    }
}
