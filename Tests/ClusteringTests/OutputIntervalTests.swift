import Testing

@testable import ShoalClustering

@Suite("Publishing in intervals")
struct OutputIntervalTests {
    private let hour: Int64 = 3_600_000

    private func stream(
        seed: UInt64, _ every: Settings.OutputInterval, tombstones: Double = 0.002, partitions: Int = 2,
        step: Int? = nil,
        _ change: (inout Settings) -> Void = { _ in }
    ) throws -> Stream {
        var events = ToyEvents(seed: seed)
        events.epochs = 20
        var settings = events.settings
        settings.fixed.outputEvery = every
        settings.minClusterSize = 1
        change(&settings)
        var stream = Stream(
            events.records(partitions: partitions, tombstones: tombstones), settings: settings, topics: events.names)
        if let step { stream.openingStep = step }
        try stream.run()
        return stream
    }

    /// The clusters of all members for a subscriber, after each change of the epochs that begin an interval.
    private func tables(_ stream: Stream, every length: Int64) -> [Epoch: [Pseudonym: ClusterID]] {
        let epochLength = stream.settings.fixed.epochLength
        var (table, tables): ([Pseudonym: ClusterID], [Epoch: [Pseudonym: ClusterID]]) = ([:], [:])
        for change in stream.memberChanges {
            #expect(change.from == table[change.member] ?? 0, "\(change)")
            table[change.member] = change.to == 0 ? nil : change.to
            guard let epoch = change.epoch, epoch * epochLength % length == 0 else { continue }
            tables[epoch] = table
        }
        return tables
    }

    @Test("publishes the watches of the interval that is over, and none while it lasts")
    func interval() {
        func watched(_ every: Settings.OutputInterval, of length: Int64, _ closed: Epoch, _ next: Epoch) -> ClosedRange<
            Epoch
        >? {
            var fixed = Settings.Fixed()
            (fixed.outputEvery, fixed.epochLength) = (every, length)
            return fixed.published(closing: closed, opening: next)
        }
        #expect(watched(.epoch, of: hour, 5, 9) == 5...5)
        #expect(watched(.event, of: hour, 5, 9) == nil)
        #expect(watched(.day, of: hour, 22, 23) == nil)
        #expect(watched(.day, of: hour, 23, 24) == 0...23)
        #expect(watched(.day, of: hour, 5, 100) == 0...5, "a gap of several days")
        #expect(watched(.day, of: hour, -1, 0) == -24...(-1))
        #expect(watched(.week, of: hour, 167, 168) == 0...167)
        #expect(watched(.week, of: hour, 24, 47) == nil)
        #expect(watched(.day, of: 7 * hour, 6, 7) == 4...6, "an epoch is of the day in which it begins")
        #expect(watched(.day, of: 7 * hour, 5, 6) == nil)
        #expect(watched(.day, of: 36 * hour, 3, 4) == 3...3, "epochs longer than a day")
    }

    @Test("begins the next interval at the next midnight, or the next Thursday")
    func next() {
        let noon: Int64 = 1_767_268_800_000
        #expect(Settings.OutputInterval.day.next(after: noon) == noon + 12 * hour)
        #expect(Settings.OutputInterval.day.next(after: noon + 12 * hour) == noon + 36 * hour)
        #expect(Settings.OutputInterval.week.next(after: noon) == noon + (6 * 24 + 12) * hour, "a Thursday's noon")
        #expect(Settings.OutputInterval.epoch.next(after: noon) == nil)
    }

    @Test(
        "publishes the net change of each member with the first epoch of an interval", arguments: [41, 42] as [UInt64])
    func net(seed: UInt64) throws {
        let length: Int64 = 4_000
        let (plain, coarse) = (
            try stream(seed: seed, .epoch, partitions: 1), try stream(seed: seed, .every(length), partitions: 1)
        )
        #expect(plain.models.map(\.model.model.clusters.count) == coarse.models.map(\.model.model.clusters.count))
        let (expected, found) = (tables(plain, every: length), tables(coarse, every: length))
        #expect(found.count >= 4 && found == expected)
        let own = coarse.memberChanges.filter { $0.reason == .event }
        #expect(own.count > 20 && own.allSatisfy { ($0.epoch ?? 1) % 4 == 0 })
        #expect(
            coarse.memberChanges.contains { $0.reason != .event && $0.reason != .erased && ($0.epoch ?? 0) % 4 != 0 },
            "what the lifecycle moves is published with every epoch")
        #expect(own.count < plain.memberChanges.count { $0.reason == .event })
    }

    @Test("changes no cluster, and keeps the sums of all members", arguments: [1, 10] as [Int64])
    func clusters(least: Int64) throws {
        let plain = try stream(seed: 43, .epoch) { $0.minClusterSize = least }
        var coarse = try stream(seed: 43, .every(3_000)) { $0.minClusterSize = least }
        func bare(_ stream: Stream) -> [[Cluster]] {
            stream.models.map { entry in
                entry.model.model.clusters.map { cluster in
                    var cluster = cluster
                    cluster.sums.published = []
                    return cluster
                }
            }
        }
        #expect(bare(plain) == bare(coarse) && plain.lifecycle == coarse.lifecycle)
        let kept = coarse.kept()
        #expect(coarse.recomputed() == kept)
    }

    @Test("is as with every epoch if epochs are longer than the interval")
    func short() throws {
        let (plain, short) = (
            try stream(seed: 44, .epoch) { $0.memberTTL = 2_000 },
            try stream(seed: 44, .every(700)) { $0.memberTTL = 2_000 }
        )
        #expect(plain.memberChanges.count > 300 && plain.memberChanges == short.memberChanges)
    }

    @Test("does not depend on the steps of an opening", arguments: [1, 7])
    func steps(_ step: Int) throws {
        func changes(_ step: Int?) throws -> [MemberChange] {
            try stream(seed: 45, .every(3_000), tombstones: 0.02, step: step) {
                ($0.minClusterSize, $0.memberTTL, $0.minEvents, $0.fixed.rotation) = (5, 1_000, 3, 4_000)
            }.memberChanges
        }
        let whole = try changes(nil)
        #expect(whole.contains { $0.reason == .expired } && whole.contains { $0.reason == .event })
        #expect(try changes(step) == whole)
    }

    @Test("publishes members who expire with the others")
    func expiry() throws {
        let stream = try stream(seed: 46, .every(4_000), tombstones: 0) { ($0.memberTTL, $0.minEvents) = (1_000, 3) }
        let expired = stream.memberChanges.filter { $0.reason == .expired }
        #expect(expired.count > 20 && expired.allSatisfy { ($0.epoch ?? 1) % 4 == 0 })
    }

    @Test("publishes nothing of a move that a member had not been published for when it was erased")
    func erased() throws {
        let stream = try stream(seed: 47, .every(4_000), tombstones: 0.02)
        let erased = stream.memberChanges.filter { $0.reason == .erased }
        #expect(erased.contains { ($0.epoch ?? 0) % 4 != 0 }, "erasures do not wait for the interval")
        // That it left the cluster in which it was published last is checked with all changes.
        _ = tables(stream, every: 4_000)
    }

    @Test("has members join where they belong when a rotation begins, and tells nothing of their moves")
    func rotation() throws {
        let length: Int64 = 4_000
        let plain = try stream(seed: 48, .epoch, partitions: 1)
        let coarse = try stream(seed: 48, .every(length), partitions: 1) { $0.fixed.rotation = length }
        #expect(
            coarse.memberChanges.contains { $0.reason == .rotated }
                && !coarse.memberChanges.contains { $0.reason == .event })
        let expected = tables(plain, every: length)
        let joined = coarse.memberChanges.filter { $0.reason == .rotated && $0.from == 0 }
        let batches = Dictionary(grouping: joined) { $0.epoch ?? 0 }
        #expect(batches.count >= 4)
        for (epoch, batch) in batches {
            let table = Dictionary(uniqueKeysWithValues: batch.map { ($0.member, $0.to) })
            #expect(table == expected[epoch], "epoch \(epoch)")
        }
        var shares = coarse
        let kept = shares.kept()
        #expect(shares.recomputed() == kept)
    }

    @Test("lets a member wait whom its own watches moved, also if no group is too small")
    func waits() {
        func opening(_ next: Epoch) -> Opening {
            var settings = Settings()
            settings.minClusterSize = 1
            settings.fixed.outputEvery = .day
            var model = Model(settings: settings)
            for id in [1, 2] as [ClusterID] {
                var cluster = Cluster(id: id)
                cluster.sums.count = 10
                model.clusters.append(cluster)
            }
            model.nextID = 3
            _ = model.refreshPublishedClusters(ended: [], version: 1)
            let compiled = CompiledModel(model, version: 1)
            return Opening(from: compiled, to: compiled, closed: next - 1, epoch: next)
        }
        var slot = MemberTable.Slot(pseudonym: 1, isUsed: true)
        slot.lastEpoch = 30
        #expect(!opening(40).hasWatched(slot) && opening(48).hasWatched(slot) && !opening(72).hasWatched(slot))
        let (during, after) = (opening(40), opening(48))
        #expect(during.move(of: 1, from: 2, to: 2, hasWatched: false, nil) == nil, "its watches moved it")
        #expect(
            during.move(of: 1, from: 1, to: 2, hasWatched: false, .split)?.reason == .split, "the lifecycle moved it")
        #expect(after.move(of: 1, from: 2, to: 2, hasWatched: true, nil)?.reason == .event)
    }
}
