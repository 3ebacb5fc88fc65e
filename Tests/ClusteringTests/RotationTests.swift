import Testing

@testable import ShoalClustering

@Suite("Published pseudonyms")
struct RotationTests {
    /// What a subscriber keeps: the cluster of each pseudonym.
    private struct Subscriber {
        private(set) var table: [UInt128: ClusterID] = [:]
        private let keys = ToyKeys()

        mutating func take(_ change: MemberChange) {
            let name = keys.rank(of: change.member, in: change.period)
            #expect(change.from == table[name] ?? 0, "\(change)")
            table[name] = change.to == 0 ? nil : change.to
        }

        /// What it should keep of a partition.
        func expected(_ shard: Shard<ToyKeys>) -> [UInt128: ClusterID] {
            let period = shard.openEpoch.flatMap { shard.fixed.period(of: $0) }
            var table: [UInt128: ClusterID] = [:]
            shard.forEachPlace { member, _, published in
                if published != 0 { table[keys.rank(of: member, in: period)] = published }
            }
            for gone in shard.erased { table[keys.rank(of: gone.member, in: period)] = gone.published }
            return table
        }
    }

    private func stream(
        seed: UInt64, rotation: Int64? = nil, tombstones: Double = 0.002, partitions: Int = 2,
        _ change: (inout Settings) -> Void = { _ in }
    ) -> Stream {
        var events = ToyEvents(seed: seed)
        var settings = events.settings
        settings.fixed.rotation = rotation
        settings.minClusterSize = 5
        change(&settings)
        return Stream(
            events.records(partitions: partitions, tombstones: tombstones), settings: settings, topics: events.names)
    }

    @Test(
        "of a period replace those of the one before, also of members that were erased", arguments: [2_000, 3_500],
        [.epoch, .every(3_000)] as [Settings.OutputInterval])
    func rotation(_ length: Int64, every: Settings.OutputInterval) throws {
        var stream = stream(seed: 21, rotation: length) { $0.fixed.outputEvery = every }
        try stream.run()
        var subscriber = Subscriber()
        for change in stream.memberChanges { subscriber.take(change) }
        var expected: [UInt128: ClusterID] = [:]
        for shard in stream.shards { expected.merge(subscriber.expected(shard)) { first, _ in first } }
        #expect(expected.count > 100 && subscriber.table == expected)
        let rotated = stream.memberChanges.filter { $0.reason == .rotated }
        #expect(Set(rotated.map(\.period)).count >= 3)
        #expect(rotated.allSatisfy { ($0.from == 0) != ($0.to == 0) })
    }

    @Test("are announced in their own order, and what a rotation changes is their names only")
    func order() throws {
        var (plain, rotated) = (stream(seed: 22), stream(seed: 22, rotation: 2_000))
        try plain.run()
        try rotated.run()
        let others = rotated.memberChanges.filter { $0.reason != .rotated }
        let key = { (change: MemberChange) in (change.epoch ?? 0, change.member) }
        func unnamed(_ changes: [MemberChange]) -> [MemberChange] {
            changes.filter { $0.reason != .erased }.sorted { key($0) < key($1) }
                .map { change in
                    var change = change
                    change.period = nil
                    return change
                }
        }
        #expect(unnamed(others) == unnamed(plain.memberChanges))
        let keys = ToyKeys()
        for partition in 0..<2 {
            let shard = rotated.shards[partition]
            let mine = rotated.memberChanges.filter { $0.reason == .rotated && shard.member($0.member) != nil }
            for half in [mine.filter { $0.from == 0 }, mine.filter { $0.to == 0 }] {
                for epoch in Set(half.compactMap(\.epoch)) {
                    let ranks = half.filter { $0.epoch == epoch }.map { keys.rank(of: $0.member, in: $0.period) }
                    #expect(ranks == ranks.sorted())
                }
            }
        }
    }

    @Test("do not depend on the steps of an opening", arguments: [1, 7, 64])
    func steps(_ step: Int) throws {
        var whole = stream(seed: 23, rotation: 2_000, tombstones: 0.02)
        var parts = stream(seed: 23, rotation: 2_000, tombstones: 0.02)
        parts.openingStep = step
        try whole.run()
        try parts.run()
        #expect(whole.memberChanges == parts.memberChanges)
    }

    @Test("erased members are published together, or after a while")
    func erasures() throws {
        var stream = stream(seed: 24, tombstones: 0.004, partitions: 1)
        try stream.run()
        let batches = Dictionary(grouping: stream.memberChanges.filter { $0.reason == .erased }) { $0.epoch ?? 0 }
        let together = LifecycleRules.current.erasedTogether
        #expect(together > 1 && batches.count > 1)
        // A viewer that is published again makes the output say that it was erased.
        let joined = Set(stream.memberChanges.filter { $0.from == 0 }.map { [$0.member, UInt128($0.epoch ?? 0)] })
        for (epoch, batch) in batches {
            let alone = batch.filter { !joined.contains([$0.member, UInt128(epoch)]) }
            #expect(alone.isEmpty || batch.count >= together, "epoch \(epoch): \(alone.count)")
        }
    }
}
