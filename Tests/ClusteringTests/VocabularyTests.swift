import Testing

@testable import ShoalClustering

@Suite("The vocabulary is bounded")
struct VocabularyTests {
    private let length: Int64 = 1_000

    private var settings: Settings {
        var settings = Settings()
        settings.fixed.epochLength = length
        settings.fixed.clockQuorum = 2
        settings.halfLife = length
        settings.minEvents = 1
        settings.seedMembers = 20
        settings.clustersInitial = 2
        settings.minClusterSize = 1
        return settings
    }

    /// An event of a viewer who watched topics in an epoch.
    private func event(_ viewer: Int, _ epoch: Int, _ topics: [String]) -> ToyRecord {
        var event = EngineEvent()
        event.member = ToyEvents.member(viewer)
        event.order = UInt64(truncatingIfNeeded: event.member >> 64) &* 3
        for topic in topics {
            let start = event.text.count
            event.text += topic.utf8
            event.topics.append(.init(name: start..<event.text.count, weight: 1 << 16))
        }
        (event.watched, event.duration) = (30_000, 30_000)
        event.time = 1_000_000 + Int64(epoch) * length
        return .event(event)
    }

    /// Returns the records of 40 viewers in two partitions. `topic` returns the topic of a viewer in an epoch.
    private func records(
        epochs: Int, partitions: Int = 2, _ topic: (_ viewer: Int, _ epoch: Int) -> String?
    ) -> [[ToyRecord]] {
        var records = [[ToyRecord]](repeating: [], count: partitions)
        for epoch in 0..<epochs {
            for viewer in 0..<40 {
                guard let topic = topic(viewer, epoch) else { continue }
                records[viewer % partitions].append(event(viewer, epoch, [topic]))
            }
        }
        return records
    }

    private func names(_ stream: Stream) -> [String] {
        stream.coordinator.model.vocabulary.entries.map { entry in
            entry.isRemoved ? "" : String(decoding: entry.name ?? [], as: UTF8.self)
        }
    }

    @Test("few viewers cannot fill it, whatever they watch, and what they leave goes again")
    func junk() throws {
        var records = records(epochs: 60) { viewer, _ in viewer % 2 == 0 ? "chess" : "cats" }
        for epoch in 0..<20 {
            let junk = (0..<8).flatMap { part in
                (100..<105).map { event($0, epoch, (0..<32).map { "junk \(epoch) \(part) \($0)" }) }
            }
            let place = records[0].firstIndex { record in
                guard case .event(let event) = record else { return false }
                return event.time >= 1_000_000 + Int64(epoch + 1) * length
            }
            records[0].insert(contentsOf: junk, at: place ?? records[0].count)
        }
        var stream = Stream(records, settings: settings, topics: [])
        try stream.run()
        let most =
            stream.models.map { model in
                model.model.model.vocabulary.entries.count { !$0.isRemoved }
            }.max() ?? 0
        #expect(most <= 2 + 32 * 20, "32 an epoch, not 256")
        #expect(Set(names(stream)).subtracting([""]) == ["chess", "cats"])
        let kept = stream.kept()
        #expect(stream.recomputed() == kept)
    }

    @Test("a topic that nobody watches any more leaves, and its number is used again for another one")
    func numbers() throws {
        var settings = settings
        settings.topicsMax = 8
        // All viewers change to another pair of topics every 25 epochs.
        let records = records(epochs: 125) { viewer, epoch in "topic \(epoch / 25) \(viewer % 2)" }
        var stream = Stream(records, settings: settings, topics: [])
        try stream.run()
        #expect(stream.coordinator.model.vocabulary.entries.count <= 8)
        #expect(Set(names(stream)).isSuperset(of: ["topic 4 0", "topic 4 1"]))
        #expect(!names(stream).contains { $0.hasPrefix("topic 0") || $0.hasPrefix("topic 1") })
        let kept = stream.kept()
        #expect(stream.recomputed() == kept)
        for shard in stream.shards {
            shard.forEachMember { member in
                for component in member.direction {
                    #expect(names(stream)[Int(component.topic)].hasPrefix("topic"), "no member keeps a removed topic")
                }
            }
        }
    }

    @Test("topics of topics.file stay, and so do those that enough viewers watch")
    func kept() throws {
        let records = records(epochs: 60) { viewer, epoch in
            viewer < 6 ? "rare" : epoch < 5 ? "short" : "main"
        }
        var stream = Stream(records, settings: settings, topics: [Array("unwatched".utf8)])
        try stream.run()
        #expect(Set(names(stream)).subtracting([""]) == ["unwatched", "rare", "main"])
    }

    @Test("while a partition is silent no number is used again")
    func silent() throws {
        var settings = settings
        settings.topicsMax = 6
        var records = records(epochs: 125) { viewer, epoch in "topic \(epoch / 25) \(viewer % 2)" }
        records.append([event(50, 0, ["topic 0 0"]), event(51, 0, ["topic 0 0"])])
        var stream = Stream(records, settings: settings, topics: [])
        try stream.run()
        let model = stream.coordinator.model
        #expect(model.openedEverywhere == nil && model.opened.map(\.partition) == [0, 1])
        #expect(model.vocabulary.entries.count == 6 && model.candidates.refused > 0)
        #expect(!names(stream).contains("topic 4 0"))
        let kept = stream.kept()
        #expect(stream.recomputed() == kept)
    }

    @Test("merges are forgotten when every partition has gone on from them")
    func merges() {
        var model = Model(settings: settings)
        model.merged = [Merge(cluster: 1, survivor: 2, tick: 3, version: 10)]
        func epochDelta(_ partition: Int32, _ from: Epoch?) -> EpochDelta {
            EpochDelta(partition: partition, number: 1, from: from, through: (from ?? 9))
        }
        model.noteOpenings([epochDelta(0, 40), epochDelta(1, nil)], partitions: 2)
        #expect(model.knownEverywhere == nil, "genesis is no epoch")
        model.noteOpenings([epochDelta(1, 11)], partitions: 2)
        model.forgetMerges(through: model.knownEverywhere)
        #expect(model.merged.count == 1, "partition 1 works with the model of epoch 9")
        model.noteOpenings([epochDelta(1, 12)], partitions: 2)
        model.forgetMerges(through: model.knownEverywhere)
        #expect(model.merged.isEmpty)
    }

    @Test("a viewer marks candidates in 32 sightings an epoch, also across a restart")
    func quota() {
        var candidates = OpenCandidates()
        func see(_ range: Range<Int>, by viewer: Int) {
            for number in range {
                let mark = UInt32(viewer * 1_000 + number)
                candidates.see(
                    UInt128(number + 1), of: ToyEvents.member(viewer), epoch: 7, mark: { mark }, most: 5)
            }
        }
        see(0..<10, by: 1)
        see(0..<10, by: 1)
        #expect(candidates.sightingCounts.map(\.count) == [20], "sightings count, not marks")
        var copy = candidates
        let counts = candidates.sightingCounts
        let (sightings, namings) = copy.take()
        candidates = OpenCandidates(sightings, namings, counts, epoch: 7)
        see(10..<100, by: 1)
        see(50..<52, by: 2)
        #expect(candidates.sightingCounts.map(\.count).sorted() == [2, 32])
        #expect(candidates.take().0.count == 24, "10 before the restart, 12 after it, and 2 of another viewer")
        see(0..<1, by: 1)
        #expect(candidates.sightingCounts.map(\.count) == [1], "the next epoch begins with nothing")
    }
}
