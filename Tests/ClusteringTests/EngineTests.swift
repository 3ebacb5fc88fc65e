import Testing

@testable import ShoalClustering

@Suite("The engine over complete partitions")
struct EngineTests {
    @Test("maintained sums always equal the sums of all members", arguments: [1, 2, 3] as [UInt64])
    func sums(seed: UInt64) throws {
        var events = ToyEvents(seed: seed)
        let partitions = 1 + Int(seed)
        var stream = Stream(
            events.records(partitions: partitions), settings: events.settings, topics: events.names)
        try stream.run()
        let kept = stream.kept()
        #expect(stream.recomputed() == kept)
        #expect(stream.models.count >= events.epochs - 3)
    }

    @Test("the order in which partitions are processed affects no model and no change", arguments: [4, 5] as [UInt64])
    func order(seed: UInt64) throws {
        var events = ToyEvents(seed: seed)
        let records = events.records(partitions: 4)
        var first = Stream(records, settings: events.settings, topics: events.names)
        var second = Stream(records, settings: events.settings, topics: events.names, order: [2, 0, 3, 1])
        try first.run()
        try second.run()
        #expect(first.models.map(\.model.model) == second.models.map(\.model.model))
        #expect(first.models.map(\.through) == second.models.map(\.through))
        let key = { (change: MemberChange) in (change.member, change.offset, change.epoch ?? 0) }
        #expect(
            first.memberChanges.sorted { key($0) < key($1) } == second.memberChanges.sorted { key($0) < key($1) })
        #expect(first.lifecycle == second.lifecycle)
    }

    @Test("the seeds of growing topics contain models that leave late partitions out")
    func latePartitions() throws {
        var seeds = Self.growing.makeIterator()
        var count = 0
        while count <= 5, let seed = seeds.next() {
            var events = ToyEvents(seed: seed)
            events.epochs = 10
            var live = Stream(events.records(partitions: 4), settings: events.settings, topics: events.names)
            try live.run(growth: SplitMix64(seed: seed))
            count += live.includedDeltas.contains { Set($0.counts).count > 1 } ? 1 : 0
        }
        #expect(count > 5)
    }

    private static let growing = Array(20..<60) as [UInt64]

    @Test("the recorded included deltas reproduce a run on a growing topic with late partitions", arguments: growing)
    func includedDeltas(seed: UInt64) throws {
        var events = ToyEvents(seed: seed)
        events.epochs = 10
        let records = events.records(partitions: 4)
        var live = Stream(records, settings: events.settings, topics: events.names)
        try live.run(growth: SplitMix64(seed: seed))
        var replay = Stream(records, settings: events.settings, topics: events.names, order: [3, 1, 0, 2])
        try replay.run(obeying: live.includedDeltas)
        #expect(live.models.map(\.model.model) == replay.models.map(\.model.model), "seed \(seed)")
        #expect(live.lifecycle == replay.lifecycle, "seed \(seed)")
        let key = { (change: MemberChange) in (change.member, change.offset, change.epoch ?? 0) }
        #expect(
            live.memberChanges.sorted { key($0) < key($1) } == replay.memberChanges.sorted { key($0) < key($1) },
            "seed \(seed)")
        #expect(live.recomputed() == live.kept(), "seed \(seed)")
    }

    @Test("viewers with the same taste end in one cluster")
    func groups() throws {
        var events = ToyEvents(seed: 6)
        events.epochs = 20
        let records = events.records(partitions: 2, tombstones: 0)
        var stream = Stream(records, settings: events.settings, topics: events.names)
        try stream.run()
        var seen: [Int: [ClusterID: Int]] = [:]
        for viewer in 0..<events.viewers {
            let shard = stream.shards[viewer % 2]
            guard let slot = shard.members.find(ToyEvents.member(viewer)) else { continue }
            seen[viewer % events.groups, default: [:]][shard.members.slots[slot].cluster, default: 0] += 1
        }
        let winners = seen.mapValues { $0.max { $0.value < $1.value } }
        #expect(Set(winners.values.compactMap { $0?.key }).count == events.groups)
        let right = winners.values.reduce(0) { $0 + ($1?.value ?? 0) }
        #expect(right > events.viewers * 85 / 100, "\(right) of \(events.viewers)")
        #expect(stream.lifecycle.filter { $0.kind == .created }.count == events.groups)
    }

    @Test("every member's last change names its published cluster")
    func changes() throws {
        var events = ToyEvents(seed: 7)
        var stream = Stream(events.records(partitions: 3), settings: events.settings, topics: events.names)
        try stream.run()
        var outside: [Pseudonym: ClusterID] = [:]
        for change in stream.memberChanges {
            #expect(change.from == outside[change.member] ?? 0)
            outside[change.member] = change.to == 0 ? nil : change.to
        }
        for shard in stream.shards {
            // Of viewers that were erased and have returned, subscribers do not know it yet.
            for gone in shard.erased { outside[gone.member] = nil }
            for slot in shard.members.slots where slot.isUsed {
                #expect(shard.explain(slot.pseudonym)?.lastPublished == outside[slot.pseudonym] ?? 0)
            }
        }
    }

    @Test("clusters below the minimum size are suppressed")
    func withheld() throws {
        var events = ToyEvents(seed: 8)
        var settings = events.settings
        settings.minClusterSize = 10_000
        var stream = Stream(events.records(partitions: 2, tombstones: 0), settings: settings, topics: events.names)
        try stream.run()
        #expect(stream.memberChanges.isEmpty)
        #expect(stream.lifecycle.isEmpty)
        #expect(stream.coordinator.model.assigned > 100, "inside nothing changes")
    }

    @Test("without a topics file, topics are admitted and named once enough viewers have watched them")
    func candidates() throws {
        var events = ToyEvents(seed: 9)
        var stream = Stream(events.records(partitions: 3, tombstones: 0), settings: events.settings, topics: [])
        try stream.run()
        let names = stream.coordinator.model.vocabulary.entries.compactMap(\.name)
        #expect(Set(names) == Set(events.names))
        #expect(stream.coordinator.model.assigned > 0)
    }

    @Test("a sensitive topic is in no vocabulary and no profile")
    func sensitive() throws {
        var events = ToyEvents(seed: 10)
        var settings = events.settings
        settings.sensitiveTopics = [Array("TOPIC 1*".utf8), Array(" topic 2 ".utf8)]
        var stream = Stream(events.records(partitions: 2, tombstones: 0), settings: settings, topics: [])
        try stream.run()
        let names = stream.coordinator.model.vocabulary.entries.compactMap(\.name)
        let expected = events.names.filter { name in
            let text = String(decoding: name, as: UTF8.self)
            return !text.hasPrefix("topic 1") && text != "topic 2"
        }
        #expect(Set(names) == Set(expected))
    }

    @Test("a member that is silent for the time-to-live is removed and subtracted")
    func expiry() throws {
        var events = ToyEvents(seed: 11)
        var records = events.records(partitions: 2, tombstones: 0)
        // The first half of the viewers is silent after the fourth epoch.
        let silent = Set((0..<events.viewers / 2).map(ToyEvents.member))
        for partition in records.indices {
            records[partition].removeAll { record in
                guard case .event(let event) = record else { return false }
                return silent.contains(event.member) && event.time > 1_004_000
            }
        }
        var settings = events.settings
        settings.memberTTL = 3_000
        var stream = Stream(records, settings: settings, topics: events.names)
        try stream.run()
        let left = stream.shards.reduce(0) { count, shard in
            count + shard.members.slots.count { $0.isUsed && silent.contains($0.pseudonym) }
        }
        #expect(left == 0)
        #expect(stream.memberChanges.contains { $0.reason == .expired })
        let kept = stream.kept()
        #expect(stream.recomputed() == kept)
    }

    @Test(
        "opening an epoch in many steps equals opening it in one, even with expiry", arguments: [13, 14] as [UInt64])
    func openingSteps(seed: UInt64) throws {
        var events = ToyEvents(seed: seed)
        events.epochs = 6
        var settings = events.settings
        settings.memberTTL = 1_000
        settings.minEvents = 3
        let records = events.records(partitions: 2)
        var whole = Stream(records, settings: settings, topics: events.names)
        try whole.run()
        var stepwise = Stream(records, settings: settings, topics: events.names)
        stepwise.openingStep = 1
        try stepwise.run()
        #expect(stepwise.memberChanges == whole.memberChanges)
        #expect(stepwise.models.map(\.model.model) == whole.models.map(\.model.model))
        #expect(whole.memberChanges.contains { $0.reason == .expired })
    }

    @Test("a change names the model of its epoch, even if one model record covers several epochs")
    func versions() throws {
        var events = ToyEvents(seed: 12)
        var records = events.records(partitions: 2, tombstones: 0.01)
        // Five silent epochs follow the sixth.
        for partition in records.indices {
            for place in records[partition].indices {
                guard case .event(var event) = records[partition][place], event.time >= 1_006_000 else { continue }
                event.time += 5_000
                records[partition][place] = .event(event)
            }
        }
        var stream = Stream(records, settings: events.settings, topics: events.names)
        try stream.run()
        #expect(stream.models.contains { ($0.from ?? .min) < $0.through && $0.from != nil }, "one record for several")
        let staleness = events.settings.fixed.staleness
        let wrong = stream.memberChanges.filter { change in
            guard let model = change.model, let epoch = change.epoch else { return change.model != nil }
            return model != epoch - staleness
        }
        #expect(wrong.isEmpty && !stream.memberChanges.isEmpty)
    }
}
