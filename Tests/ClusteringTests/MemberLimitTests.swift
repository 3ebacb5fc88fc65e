import Testing

@testable import ShoalClustering

@Suite("The members of a partition are bounded")
struct MemberLimitTests {
    private var settings: Settings {
        var settings = Settings()
        settings.fixed.epochLength = 1_000
        settings.fixed.clockQuorum = 2
        settings.minEvents = 3
        return settings
    }

    private func event(_ viewer: Int, _ epoch: Int) -> ToyRecord {
        var event = EngineEvent()
        event.member = ToyEvents.member(viewer)
        event.text = Array("chess".utf8)
        event.topics = [.init(name: 0..<5, weight: 1 << 16)]
        (event.watched, event.duration) = (30_000, 30_000)
        event.time = 1_000_000 + Int64(epoch) * 1_000
        return .event(event)
    }

    @Test("a silent viewer below members.min-events is forgotten after member.new-ttl, an eligible one is not")
    func expiry() throws {
        var settings = settings
        settings.newMemberTTL = 4_000
        var records: [ToyRecord] = []
        for epoch in 0..<12 {
            // 0 and 1 come always; 2 comes twice, 3 three times.
            for viewer in 0..<4 where viewer < 2 || epoch < viewer { records.append(event(viewer, epoch)) }
        }
        var stream = Stream([records], settings: settings, topics: [Array("chess".utf8)])
        try stream.run()
        #expect(stream.shards[0].memberCount == 3)
        #expect(stream.shards[0].member(ToyEvents.member(2)) == nil)
        #expect(stream.shards[0].member(ToyEvents.member(3)) != nil)
        #expect(Settings().newMemberTTL == 7 * 86_400_000)
    }

    @Test("a new viewer beyond members.max is refused and counted; those who are there go on")
    func refused() throws {
        var settings = settings
        settings.membersMax = 10
        settings.newMemberTTL = 2_000
        var records: [ToyRecord] = (0..<20).map { event($0, 0) } + (0..<20).map { event($0, 0) }
        records.append(.erase(ToyEvents.member(3)))
        records += [event(21, 0), event(22, 0)]
        var stream = Stream([records], settings: settings, topics: [Array("chess".utf8)])
        try stream.run()
        #expect(stream.shards[0].memberCount == 10)
        #expect(stream.shards[0].counters.refused == 21 && stream.shards[0].counters.events == 21)
        #expect(stream.shards[0].member(ToyEvents.member(21)) != nil, "there was room again")
    }

    @Test("there is room again when viewers have expired")
    func room() throws {
        var settings = settings
        settings.membersMax = 10
        settings.newMemberTTL = 2_000
        var records: [ToyRecord] = (0..<11).map { event($0, 0) }
        for epoch in 1..<6 { records += (0..<6).map { event($0, epoch) } }
        records += (30..<40).map { event($0, 5) }
        var stream = Stream([records], settings: settings, topics: [Array("chess".utf8)])
        try stream.run()
        let shard = stream.shards[0]
        #expect(shard.member(ToyEvents.member(5)) != nil && shard.member(ToyEvents.member(6)) == nil)
        #expect(shard.member(ToyEvents.member(33)) != nil && shard.memberCount == 10)
        #expect(shard.counters.refused == 1 + 6)
    }

    @Test("a replay follows the switches of a later snapshot")
    func replay() {
        var live = MemberLimit()
        live.update(10, most: 10, from: 5, isTracked: true)
        live.update(9, most: 10, from: 8, isTracked: true)
        live.update(10, most: 10, from: 9, isTracked: true)
        #expect(live.isFull && live.switches == [5, 8, 9])
        var replay = MemberLimit(isFull: false, until: live.switches)
        var seen: [Bool] = []
        for offset in Int64(4)...9 {
            // Members of the later snapshot are there already.
            replay.update(10, most: 10, from: offset, isTracked: true)
            replay.reach(offset)
            seen.append(replay.isFull)
        }
        #expect(seen == [false, true, true, true, false, true])
        replay.arrive(isFull: live.isFull, switches: live.switches)
        replay.update(3, most: 10, from: 12, isTracked: true)
        #expect(!replay.isFull && replay.switches == [5, 8, 9, 12])
    }
}
