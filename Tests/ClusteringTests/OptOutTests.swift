import Testing

@testable import ShoalClustering

@Suite("The opt-out list")
struct OptOutTests {
    private let member = ToyEvents.member(5)

    private func list(_ members: Pseudonym...) -> [[UInt8]] {
        members.map { member in (0..<16).map { UInt8(truncatingIfNeeded: member >> (8 * (15 - $0))) } }
    }

    @Test("makes events have no effect: the result is that of an input without them")
    func dropped() throws {
        var events = ToyEvents(seed: 31)
        let records = events.records(partitions: 2, tombstones: 0)
        var settings = events.settings
        settings.optedOut = list(member)
        var listed = Stream(records, settings: settings, topics: events.names)
        try listed.run()
        let others = records.map {
            $0.filter { if case .event(let event) = $0 { event.member != member } else { true } }
        }
        var absent = Stream(others, settings: events.settings, topics: events.names)
        try absent.run()
        #expect(listed.shards.allSatisfy { $0.member(member) == nil })
        #expect(listed.models.map(\.model.model.clusters) == absent.models.map(\.model.model.clusters))
        #expect(listed.lifecycle == absent.lifecycle)
        func places(_ stream: Stream) -> [[Pseudonym: ClusterID]] {
            stream.shards.map { shard in
                var places: [Pseudonym: ClusterID] = [:]
                shard.forEachPlace { member, _, published in places[member] = published }
                return places
            }
        }
        #expect(places(listed) == places(absent))
    }

    @Test(
        "erases a member when an epoch opens with it, and publishes that with other erasures",
        arguments: [.epoch, .every(5_000)] as [Settings.OutputInterval])
    func erased(every: Settings.OutputInterval) throws {
        var events = ToyEvents(seed: 32)
        var settings = events.settings
        settings.minClusterSize = 5
        settings.fixed.outputEvery = every
        var stream = Stream(events.records(partitions: 1, tombstones: 0), settings: settings, topics: events.names)
        try stream.run()
        var shard = stream.shards[0]
        let view = try #require(shard.member(member))
        #expect(view.published != 0)
        var model = try #require(stream.models.last).model.model
        model.settings.optedOut = list(member)
        let epoch = try #require(shard.openEpoch) + 1
        let eligible = shard.counters.eligible
        _ = shard.close(to: epoch)
        var changes: [MemberChange] = []
        let compiled = CompiledModel(model, version: epoch - settings.fixed.staleness)
        while !shard.open(compiled, offset: 1 << 40, changes: &changes) {}
        #expect(shard.member(member) == nil && shard.hasOptedOut(member) && !shard.hasOptedOut(member + 1))
        #expect(shard.counters.eligible == eligible - 1)
        #expect(shard.erased.map(\.member) == [member] && !changes.contains { $0.member == member })
        let closing = shard.close(to: epoch + 1)
        let sums = closing.clusters.first { $0.cluster == view.cluster }
        #expect(sums?.count == -1, "its contribution leaves the sums")
    }
}
