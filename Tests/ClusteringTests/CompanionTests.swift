import Testing

@testable import ShoalClustering

@Suite("Topics that go with a neutralized category")
struct CompanionTests {
    private static let policy = TopicPolicy(
        told: .allButSensitive, neutralized: ["health"],
        rules: [.init(category: "health", form: .exact, term: "clinic")])

    /// Four groups; viewers of the first one also watch `clinic`.
    private func stream(
        seed: UInt64, policy: TopicPolicy = policy, partitions: Int = 2, order: [Int]? = nil, step: Int? = nil,
        rules: LifecycleRules = .current
    ) throws -> Stream {
        var events = ToyEvents(seed: seed)
        (events.epochs, events.length) = (30, 3_600_000)
        var records = events.records(partitions: partitions, tombstones: 0.001)
        let group = Set((0..<events.viewers).filter { $0 % events.groups == 0 }.map(ToyEvents.member))
        let sensitive = Array("clinic".utf8)
        for partition in records.indices {
            for index in records[partition].indices where index % 3 == 0 {
                guard case .event(var event) = records[partition][index], group.contains(event.member) else { continue }
                event.topics.append(
                    .init(name: event.text.count..<event.text.count + sensitive.count, weight: 1 << 16))
                event.text += sensitive
                records[partition][index] = .event(event)
            }
        }
        var settings = events.settings
        settings.policy = policy
        var stream = Stream(records, settings: settings, topics: events.names, order: order, rules: rules)
        if let step { stream.openingStep = step }
        try stream.run()
        return stream
    }

    private func companions(_ model: Model) -> [Int] {
        model.vocabulary.entries.indices.filter { model.vocabulary.entries[$0].isCompanion }
    }

    /// The share of viewers of the first group in the cluster with the most of them, of those with at least 20 members.
    private func highestShare(_ stream: Stream) -> Double {
        let group = Set((0..<300).filter { $0 % 4 == 0 }.map(ToyEvents.member))
        var counts: [ClusterID: (own: Int, all: Int)] = [:]
        for shard in stream.shards {
            shard.forEachMember { member in
                guard let cluster = member.cluster, cluster != 0 else { return }
                let root = stream.coordinator.model.root(of: cluster)
                let known = counts[root] ?? (0, 0)
                counts[root] = (known.own + (group.contains(member.pseudonym) ? 1 : 0), known.all + 1)
            }
        }
        return counts.values.filter { $0.all >= 20 }.map { Double($0.own) / Double($0.all) }.max() ?? 0
    }

    @Test("count in no direction, so that no cluster is that of the category", arguments: [61, 62, 63] as [UInt64])
    func neutralized(seed: UInt64) throws {
        var stream = try stream(seed: seed)
        let model = stream.coordinator.model
        #expect(companions(model) == [0, 1, 2, 3])
        #expect(model.clusters.allSatisfy { $0.centroid.allSatisfy { $0.topic > 3 } })
        let kept = stream.kept()
        #expect(stream.recomputed() == kept)
        #expect(kept.values.allSatisfy { $0.sums.allSatisfy { $0.topic > 3 } })
        let watched = stream.shards.contains { shard in
            shard.members.slots.indices.contains { slot in
                shard.members.range(slot).contains { shard.members.topics[$0].number < 4 }
            }
        }
        #expect(watched, "they stay in profiles, so that a model can let them count again")
        let share = highestShare(stream)
        #expect(share > 0 && share < 0.5, "\(share)")
        #expect(model.descriptions().allSatisfy { $0.description.leading.allSatisfy { $0 > 3 } })
        #expect(model.categories.map(\.category) == [[], Array("health".utf8)])
    }

    @Test("are not looked for if the category is only dropped, or under rules 8")
    func dropped() throws {
        let dropped = try stream(seed: 61, policy: Self.policy.withoutNeutralizing)
        let before = try stream(seed: 61, rules: .previous)
        for stream in [dropped, before] {
            #expect(companions(stream.coordinator.model).isEmpty && stream.coordinator.model.categories.isEmpty)
            #expect(highestShare(stream) > 0.8)
        }
        let (rules8, rules9) = (before.coordinator.model, dropped.coordinator.model)
        #expect(rules8.clusters.map(\.sums) == rules9.clusters.map(\.sums) && rules8.settings == rules9.settings)
    }

    @Test("neither the order of partitions nor the steps of an opening matter", arguments: [64, 65] as [UInt64])
    func order(seed: UInt64) throws {
        let (plain, other) = (try stream(seed: seed), try stream(seed: seed, order: [1, 0], step: 7))
        #expect(plain.coordinator.model == other.coordinator.model && !companions(plain.coordinator.model).isEmpty)
        #expect(plain.memberChanges.count == other.memberChanges.count && plain.memberChanges.count > 100)
    }

    /// A model of one topic with this lift, in member-epochs.
    private func judged(
        lift: (Int64, Int64), viewers: Int64 = 1_000, share: Int64 = 1 << 12, wasCompanion: Bool = false,
        policy: TopicPolicy = policy
    ) -> Bool {
        var settings = Settings()
        settings.policy = policy
        var model = Model.genesis(settings: settings, topics: [Array("topic".utf8)])
        model.vocabulary.entries[0].isCompanion = wasCompanion
        let all = viewers * 8
        model.categories = [
            CategorySums(category: [], viewers: all << 15, shares: [SumEntry(topic: 0, value: all * share * lift.1)]),
            CategorySums(
                category: Array("health".utf8), viewers: viewers << 15,
                shares: [SumEntry(topic: 0, value: viewers * share * lift.0)]),
        ]
        model.judgeCompanions()
        return model.vocabulary.entries[0].isCompanion
    }

    @Test("have a lift above 3/2, and stay until it is at most 5/4")
    func lifts() {
        #expect(judged(lift: (4, 2)) && judged(lift: (8, 5)) && !judged(lift: (3, 2)) && !judged(lift: (1, 1)))
        #expect(judged(lift: (4, 3), wasCompanion: true) && !judged(lift: (5, 4), wasCompanion: true))
        #expect(!judged(lift: (4, 3)))
    }

    @Test("need enough viewers of the category, and enough of their watches")
    func evidence() {
        #expect(judged(lift: (4, 1), viewers: 100) && !judged(lift: (4, 1), viewers: 99))
        #expect(judged(lift: (4, 1), viewers: 1_000, share: 132) && !judged(lift: (4, 1), viewers: 1_000, share: 130))
    }

    @Test("count again if the policy no longer neutralizes their category")
    func released() {
        let policies = [Self.policy.withoutNeutralizing, TopicPolicy(told: .listed, neutralized: ["other"], rules: [])]
        for policy in policies { #expect(!judged(lift: (4, 1), wasCompanion: true, policy: policy)) }
    }

    @Test("the weight of what was watched before fades by the length of each epoch")
    func fading() {
        var settings = Settings()
        settings.policy = Self.policy
        settings.fixed.epochLength = 5 * 86_400_000
        var model = Model.genesis(settings: settings, topics: [Array("topic".utf8)])
        let closing = EpochDelta(
            partition: 0, number: 1, from: 1, through: 1,
            categories: [CategorySums(category: [], viewers: 8, shares: [SumEntry(topic: 0, value: 1_000)])])
        model.addCategories([closing])
        #expect(
            model.categories == [
                CategorySums(category: [], viewers: 8 << 15, shares: [SumEntry(topic: 0, value: 1_000)])
            ])
        model.addCategories([])
        #expect(model.categories[0].viewers == 6 << 15 && model.categories[0].shares[0].value == 750)
        model.settings.fixed.epochLength = 30 * 86_400_000
        model.addCategories([])
        #expect(model.categories == [CategorySums(category: [], viewers: 0, shares: [])])
        #expect(throws: Never.self) { try model.validate() }
    }

    @Test("who watched a category is known until the epoch is closed, over a snapshot, and not after an erasure")
    func viewers() {
        var settings = Settings()
        settings.policy = Self.policy
        let genesis = CompiledModel(.genesis(settings: settings, topics: [Array("topic".utf8)]), version: nil)
        var shard = Shard(partition: 0, genesis: genesis, keys: ToyKeys(), opening: 10)
        shard.trackChanges()
        var changes: [MemberChange] = []
        func watch(_ member: Pseudonym, _ topic: String) -> EngineEvent {
            var event = EngineEvent()
            (event.member, event.watched, event.duration) = (member, 1_000, 1_000)
            event.time = 10 * settings.fixed.epochLength
            event.text = Array(topic.utf8)
            event.topics = [.init(name: 0..<event.text.count, weight: 1 << 16)]
            return event
        }
        let watches: [(Pseudonym, String)] = [(1, "topic"), (1, "Clinic"), (2, "topic"), (3, "topic"), (3, "clinic")]
        for (offset, entry) in watches.enumerated() {
            shard.handle(watch(entry.0, entry.1), offset: Int64(offset), changes: &changes)
        }
        let header = shard.beginSnapshot(at: 5)
        #expect(header?.categoryViewers == [1, 3].map { CategoryViewer(member: $0, categories: 1) })
        _ = shard.erase(3, offset: 5, changes: &changes)
        let delta = shard.close(to: 11)
        #expect(delta.categories.map(\.viewers) == [2, 1])
        #expect(delta.categories[1].shares == [SumEntry(topic: 0, value: 1 << 15)])
        #expect(shard.header(at: 6).categoryViewers.isEmpty)
    }
}
