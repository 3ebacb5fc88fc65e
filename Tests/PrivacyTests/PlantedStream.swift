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
    /// What the run leaves on the internal topics.
    private(set) var internals: InternalRecords?
    /// Whether the engine has found the group and suppresses its cluster.
    private(set) var isGroupSuppressed = false

    private let key: PrivacyKey
    private let seed: UInt64

    init(seed: UInt64) throws {
        self.seed = seed
        key = PrivacyKey(bytes: (0..<32 as Range<UInt64>).map { UInt8(truncatingIfNeeded: ($0 &+ 3) &* 29 &+ seed) })
        try run()
    }

    private mutating func run() throws {
        var draws = SplitMix64(seed: seed)
        let viewers = Self.crowd + (Self.clusters - 1) * Self.others
        let members = (0..<viewers).map { key.storedPseudonym(of: Array("viewer-\($0)".utf8)) }
        stored = Set(members)
        let pseudonyms = PublishedPseudonyms(key)
        secret = Set(members[..<Self.group].map(pseudonyms.published))
        var settings = Settings()
        settings.minClusterSize = Self.minimum
        let engineKey = key
        var engine = GivenEpochs(
            settings: settings, topics: Self.topics, partitions: 1, first: 490_000,
            keys: { _ in KeyedTopics(engineKey) })
        let encoder = ChangeRecord(format: .protobuf, key: key)
        var event = EngineEvent()
        event.watched = 60_000
        event.duration = 60_000
        for epoch in 0..<Self.epochs {
            for viewer in 0..<viewers where draws.next() % 4 == 0 {
                event.member = members[viewer]
                event.order = UInt64(truncatingIfNeeded: members[viewer])
                event.time = (490_000 + epoch) * settings.fixed.epochLength + Int64(viewer)
                event.text = Self.topics[topic(of: viewer, epoch, &draws)]
                event.topics = [.init(name: 0..<event.text.count, weight: 1 << 16)]
                engine.handle(event, partition: 0)
            }
            let closed = try engine.close()
            try publish(closed, encoder)
        }
        internals = try InternalRecords(engine, key: key)
        let small = engine.model.clusters.filter { $0.isActive && !$0.isPublished }
        isGroupSuppressed = small.contains { Int64(Self.group / 2)..<Self.minimum ~= $0.sums.count }
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
