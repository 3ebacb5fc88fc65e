import Foundation
import ShoalGenerator
import ShoalPipeline
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

/// The same events give the same models and changes, however they are partitioned and interleaved.
@Suite("Determinism")
struct DeterminismTests {
    /// A small application: its events, including tombstones, and its settings.
    private struct Case {
        enum Record {
            case event(Int, EngineEvent)
            case erase(Int)
        }

        var settings = Settings()
        var rules = LifecycleRules.current
        var names: [[UInt8]]
        var topics: [[UInt8]]
        var first: Epoch
        /// The records by epoch.
        var epochs: [[Record]] = []
        /// Settings that apply from the end of an epoch on.
        var later: [Int: Settings] = [:]

        init(seed: UInt64) throws {
            var draws = SplitMix64(seed: seed)
            func chance(_ share: Double) -> Bool { draws.uniform() < share }
            func one<T>(of values: [T]) -> T { values[Int(draws.uniform() * Double(values.count))] }
            var shape = StreamShape()
            (shape.topics, shape.archetypes, shape.coreTopics, shape.poolSize) = (60, one(of: [3, 6, 9]), 5, 12)
            shape.viewers = one(of: [120, 400, 900])
            shape.epochs = one(of: [8, 14, 24])
            shape.eventsPerEpoch = one(of: [0.4, 1.5])
            shape.noiseShare = one(of: [0.1, 0.4])
            shape.videos = 500
            shape.repeatShare = 0.02
            shape.lateShare = 0.05
            // Some streams take several days, after which members have to have some age in order to count.
            if seed % 3 == 1 {
                shape.epochLength = 8 * 3_600_000
                settings.fixed.epochLength = shape.epochLength
                settings.memberAge = 86_400_000
                settings.memberWatches = seed % 2 == 0 ? 4 : 0
            }
            var events = try EngineEvents(shape, seed: seed)
            names = events.names
            topics = chance(0.3) ? Array(names.prefix(30)) : chance(0.2) ? [] : names
            first = events.first
            settings.halfLife = one(of: [3_600_000, 6 * 3_600_000, 86_400_000])
            settings.seedMembers = one(of: [50, 150, .auto])
            settings.clustersInitial = one(of: [1, 3, 8])
            settings.clustersMax = one(of: [6, 128])
            if chance(0.2) { settings.clustersCount = one(of: [1, 5]) }
            settings.minClusterSize = one(of: [1, 20, 60])
            settings.minEvents = one(of: [1, 3])
            settings.topicsMinViewers = 2
            settings.memberTTL = chance(0.4) ? 4 * shape.epochLength : nil
            settings.fixed.staleness = one(of: [1, 2, 4])
            settings.fixed.profileTopics = one(of: [4, 16])
            if seed.isMultiple(of: 2) { settings.fixed.outputEvery = .every(Int64(seed % 3 + 3) * 3_600_000) }
            let sensitive = Array("clinic".utf8)
            func policy(_ told: TopicPolicy.Told, _ rules: [TopicPolicy.Rule] = []) -> TopicPolicy {
                TopicPolicy(
                    told: told, neutralized: ["b"], rules: [.init(category: "b", form: .exact, term: "clinic")] + rules)
            }
            if seed % 5 < 2 { settings.policy = policy(.allButSensitive) }
            while let epoch = events.next() {
                var records: [Record] = []
                for (viewer, watch) in epoch {
                    var event = watch
                    // The viewers of some groups, mostly.
                    if viewer % 3 == 0, event.time % 4 == 0 {
                        event.topics.append(
                            .init(name: event.text.count..<event.text.count + sensitive.count, weight: 1 << 16))
                        event.text += sensitive
                    }
                    if chance(0.003) { records.append(.erase(viewer)) }
                    records.append(.event(viewer, event))
                }
                if chance(0.02) { records += (0..<shape.viewers).map { .erase($0) } }
                epochs.append(records)
            }
            if chance(0.5) {
                // An application of the previous release takes the rules of this one with the changed settings.
                rules = .previous
                var changed = settings
                changed.revision = 1
                changed.sensitiveTopics = [Array("t1*".utf8), names[2]]
                if chance(0.5) {
                    changed.policy = policy(
                        one(of: [.listed, .allButSensitive]),
                        [
                            .init(category: "a", form: .words, term: String(decoding: names[3], as: UTF8.self)),
                            .init(category: nil, form: .exact, term: String(decoding: names[4], as: UTF8.self)),
                        ])
                }
                changed.minClusterSize = one(of: [1, 30])
                later[shape.epochs / 2] = changed
            }
        }
    }

    private struct Outcome: Equatable {
        var models: [Model] = []
        var lifecycle: [LifecycleChange] = []
        /// The changes by member, without their offsets, which depend on the partition.
        var changes: [Pseudonym: [MemberChange]] = [:]
    }

    /// Runs a case over partitions that are interleaved at random. Occasionally, the engine is copied and the copy
    /// continues.
    private func run(_ one: Case, partitions: Int, seed: UInt64) throws -> Outcome {
        var draws = SplitMix64(seed: seed)
        var genesis = Model.genesis(settings: one.settings, topics: one.topics)
        genesis.rules = one.rules
        var engine = GivenEpochs(genesis: genesis, partitions: partitions, first: one.first) { _ in UnkeyedTopics() }
        var outcome = Outcome()
        for (number, records) in one.epochs.enumerated() {
            var queues = [[Case.Record]](repeating: [], count: partitions)
            for record in records {
                let viewer =
                    switch record {
                    case .event(let viewer, _), .erase(let viewer): viewer
                    }
                queues[viewer % partitions].append(record)
            }
            var next = [Int](repeating: 0, count: partitions)
            var open = (0..<partitions).filter { !queues[$0].isEmpty }
            while !open.isEmpty {
                let place = Int(draws.uniform() * Double(open.count))
                let partition = open[place]
                // A batch of any size, from one partition.
                for _ in 0...Int(draws.uniform() * 40) where next[partition] < queues[partition].count {
                    switch queues[partition][next[partition]] {
                    case .event(_, let event): engine.handle(event, partition: partition)
                    case .erase(let viewer): engine.erase(EngineEvents.member(viewer), partition: partition)
                    }
                    next[partition] += 1
                }
                if next[partition] == queues[partition].count { open.remove(at: place) }
                if draws.uniform() < 0.01 {
                    // The copy continues. Later operations on the original must not affect it.
                    var copy = engine
                    _ = try engine.close()
                    swap(&engine, &copy)
                }
            }
            if let later = one.later[number] { engine.change(later) }
            let closed = try engine.close()
            outcome.models.append(closed.model)
            outcome.lifecycle += closed.lifecycle
            // Erased members of a partition are published together, so the partitions affect when.
            for var change in closed.changes where change.reason != .erased {
                change.offset = 0
                outcome.changes[change.member, default: []].append(change)
            }
            try check(engine)
        }
        return outcome
    }

    /// Checks that the maintained sums equal sums computed from scratch.
    private func check(_ engine: GivenEpochs<UnkeyedTopics>) throws {
        var sums: [ClusterID: ClusterSums] = [:]
        for shard in engine.shards {
            shard.forEachMember { member in
                guard let cluster = member.cluster else { return }
                let entries = member.direction.map { SumEntry(topic: $0.topic, value: Int64($0.value)) }
                sums[engine.model.root(of: cluster), default: ClusterSums()].add(
                    ClusterDelta(
                        cluster: cluster, count: 1, sums: entries,
                        published: [
                            PublishedCount(published: member.published, count: 1, counting: member.counts ? 1 : 0)
                        ]))
            }
        }
        var kept: [ClusterID: ClusterSums] = [0: engine.model.unassigned]
        for cluster in engine.model.clusters { kept[cluster.id] = cluster.sums }
        // The open deltas contain the changes made by the opening after the last epoch delta.
        for shard in engine.shards {
            var delta = shard.delta
            for delta in delta.take() {
                kept[engine.model.root(of: delta.cluster), default: ClusterSums()].add(delta)
            }
        }
        #expect(sums == kept.filter { $0.value != ClusterSums() })
    }

    private static var seconds: Double? {
        ProcessInfo.processInfo.environment["SHOAL_TEST_DETERMINISM_SECONDS"].flatMap(Double.init)
    }

    /// The kinds of operations that the runs have to contain.
    private static let kinds: [LifecycleChange.Kind] = [.created, .split, .merged, .retired, .drifted]

    /// By default, as many seeds run as all kinds of operations need, and at least 4. `SHOAL_TEST_DETERMINISM_SECONDS`
    /// sets a duration instead.
    @Test("partitions, order, batch sizes and copies do not affect the result")
    func partitions() throws {
        let start = ProcessInfo.processInfo.environment["SHOAL_TEST_SEED"].flatMap(UInt64.init) ?? 1
        let end = Self.seconds.map { ContinuousClock.now + .seconds($0) }
        var seed = start
        var operations: [LifecycleChange.Kind: Int] = [:]
        func isMissing(_ kind: LifecycleChange.Kind) -> Bool { operations[kind] == nil }
        while end.map({ ContinuousClock.now < $0 })
            ?? (seed < start + 4 || seed < start + 40 && Self.kinds.contains(where: isMissing))
        {
            let one = try Case(seed: seed)
            let expected = try run(one, partitions: 1, seed: seed)
            for count in [4, 7, 16] {
                let found = try run(one, partitions: count, seed: seed &+ UInt64(count))
                guard found != expected else { continue }
                let epoch = zip(found.models, expected.models).enumerated().first { $0.element.0 != $0.element.1 }
                Issue.record(
                    """
                    seed \(seed), \(count) partitions: epoch \(epoch.map { "\($0.offset)" } ?? "none") is the first whose \
                    models differ; run again with SHOAL_TEST_SEED=\(seed)
                    """)
                return
            }
            for change in expected.lifecycle { operations[change.kind, default: 0] += 1 }
            seed += 1
        }
        print(
            "determinism: seeds \(start) to \(seed - 1), \(operations.values.reduce(0, +)) operations of the lifecycle")
        for kind in Self.kinds { #expect(operations[kind] != nil, "\(kind) was not seen") }
    }
}
