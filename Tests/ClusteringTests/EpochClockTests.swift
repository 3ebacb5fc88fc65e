import Testing

@testable import ShoalClustering

@Suite("The clock of a partition")
struct EpochClockTests {
    /// Uses the clock as a shard does: when it moves, the epoch is opened and the record is observed again.
    private struct Partition {
        var clock = EpochClock(quorum: 8, maxStep: 24)
        var open: Epoch?
        /// The number of times that the last record moved the clock.
        var moves = 0

        /// - Parameter latest: the epoch of the record; nil: that of the event.
        mutating func see(_ viewer: UInt64, _ epoch: Epoch, latest: Epoch? = nil) {
            moves = 0
            while let next = clock.observe(viewer: viewer, epoch: epoch, open: open, latest: latest ?? epoch),
                next > open ?? .min
            {
                open = next
                moves += 1
            }
        }

        /// Returns a partition in which this number of viewers have opened an epoch.
        static func at(_ epoch: Epoch, viewers: UInt64) -> Partition {
            var partition = Partition()
            for viewer in 0..<viewers { partition.see(viewer, epoch) }
            return partition
        }
    }

    @Test("a gap of any length is passed over once three quarters of the viewers are beyond it")
    func gap() {
        var partition = Partition.at(100, viewers: 64)
        for viewer in 100..<147 as Range<UInt64> { partition.see(viewer, 40_000, latest: 40_000) }
        #expect(partition.open == 124)
        partition.see(147, 40_000, latest: 40_000)
        #expect(partition.open == 124)
        // The 64th: half of the viewers have moved it already, and half of the rest do now.
        for viewer in 148..<164 as Range<UInt64> { partition.see(viewer, 40_001, latest: 40_001) }
        #expect(partition.open == 40_000)
        #expect(partition.moves <= 1)
    }

    @Test("events later than their records do not pass over a gap")
    func wrongClocks() {
        var partition = Partition.at(100, viewers: 64)
        for viewer in 100..<400 as Range<UInt64> {
            partition.see(viewer, 40_000, latest: 101)
            #expect(partition.moves <= 1)
        }
        #expect(partition.open ?? 0 <= 100 + 24 * 10)
    }

    @Test("genesis ends with the quorum, at the lower median of all")
    func genesis() {
        var partition = Partition()
        for viewer in 0..<7 as Range<UInt64> { partition.see(viewer, 100 + Int64(viewer)) }
        #expect(partition.open == nil)
        partition.see(7, 2_000_000)
        #expect(partition.open == 103)
    }

    @Test("a first event from 1970 or 2090 does not start the clock")
    func broken() {
        var partition = Partition()
        partition.see(0, 0)
        partition.see(1, 1_000_000)
        for viewer in 2..<8 as Range<UInt64> { partition.see(viewer, 500) }
        #expect(partition.open == 500)
    }

    @Test("the clock moves when half of the viewers and the quorum are ahead")
    func half() {
        var partition = Partition.at(10, viewers: 20)
        for viewer in 0..<9 as Range<UInt64> { partition.see(viewer, 11) }
        #expect(partition.open == 10)
        partition.see(9, 12)
        #expect(partition.open == 11 && partition.moves == 1)
        var few = Partition.at(10, viewers: 9)
        for viewer in 0..<7 as Range<UInt64> { few.see(viewer, 11) }
        #expect(few.open == 10, "seven of nine are fewer than the quorum")
        few.see(7, 11)
        #expect(few.open == 11)
    }

    @Test("one phone a year ahead has no effect, however much it watches")
    func phone() {
        var partition = Partition.at(10, viewers: 20)
        for _ in 0..<1_000 { partition.see(3, 9_000) }
        #expect(partition.open == 10)
        #expect(partition.clock.entries.count == 20)
    }

    @Test("a burst of forged viewers moves the clock by a day for each twelve at most, also if it begins in genesis")
    func burst() {
        var later = Partition.at(10, viewers: 20)
        for viewer in 100..<140 as Range<UInt64> { later.see(viewer, 9_000, latest: 10) }
        #expect(later.open ?? .max <= 10 + 24 * (40 / 12))
        var early = Partition(clock: EpochClock(quorum: 2, maxStep: 24))
        early.see(100, 9_000, latest: 10)
        early.see(0, 10)
        #expect(early.open == 10)
        early.see(101, 9_000, latest: 10)
        #expect(early.open == 34 && early.moves == 1)
    }

    @Test(
        "a record moves the clock at most once, even with the smallest quorum",
        arguments: 1...40 as ClosedRange<UInt64>, [2, 3, 8])
    func once(seed: UInt64, quorum: Int) {
        for length in [1, 4, 20] {
            var draws = SplitMix64(seed: seed)
            var partition = Partition(clock: EpochClock(quorum: quorum, maxStep: 5))
            for step in 0..<400 {
                let far = draws.uniform() < 0.3 ? Int64(draws.uniform() * 400) : 0
                let (viewer, now) = (UInt64(draws.uniform() * 90), Int64(step / length))
                partition.see(viewer, now + far, latest: now)
                #expect(partition.moves <= 1, "seed \(seed), record \(step)")
            }
        }
    }

    /// A log of one viewer after another, a few in each epoch.
    private func lags(inEpoch count: Int, viewers: Int) -> [Epoch] {
        var draws = SplitMix64(seed: UInt64(count * 1_000 + viewers))
        var (partition, lags) = (Partition(), [Epoch]())
        for event in 0..<2_000 {
            let now = Epoch(event / count)
            partition.see(draws.next() % UInt64(viewers), now)
            if event >= 1_000, let open = partition.open { lags.append(now - open) }
        }
        return lags
    }

    @Test("in a sparse log the clock lags by few viewers", arguments: [1, 2, 5], [40, 100, 100_000])
    func sparse(inEpoch count: Int, viewers: Int) throws {
        let lags = lags(inEpoch: count, viewers: viewers)
        // Of 16 viewers, who are more events if some of them return, 12 must have come.
        let mean = Double(lags.reduce(0, +)) / Double(lags.count)
        #expect(mean <= 15.0 / Double(count) + 0.5, "\(mean)")
    }

    @Test("a gap in a sparse log is passed over by 64 viewers, and until then by a day for each 12 at most")
    func sparseGap() {
        var partition = Partition()
        for event in 0..<200 { partition.see(UInt64(event), Epoch(event / 4), latest: Epoch(event / 4)) }
        let open = partition.open ?? 0
        for viewer in 0..<64 as Range<UInt64> {
            partition.see(1_000 + viewer, 9_000, latest: 9_000)
            #expect(partition.open ?? 0 <= open + Epoch(viewer / 12 + 1) * 24 || viewer >= 47)
        }
        #expect(partition.open == 9_000)
    }

    @Test("wrong clocks of a fifth of the viewers move that of a busy log by no more than before")
    func busy() {
        var draws = SplitMix64(seed: 5)
        var partition = Partition()
        for event in 0..<100_000 {
            let now = Epoch(event / 500)
            let viewer = draws.next() % 10_000
            partition.see(viewer, viewer % 5 == 0 ? now + 400 : now, latest: now + 400)
            #expect(partition.open ?? now <= now)
        }
    }

    @Test("a 65th viewer replaces the one that was seen longest ago")
    func window() {
        var partition = Partition.at(10, viewers: 64)
        partition.see(0, 10)
        partition.see(64, 10)
        #expect(partition.clock.entries.count == 64)
        let viewers = partition.clock.entries.map(\.viewer)
        #expect(viewers.first == 2 && viewers.suffix(2) == [0, 64])
    }

    /// A direct implementation of the clock's definition, without optimization.
    private struct List {
        var entries: [EpochClock.Entry] = []
        let (quorum, maxStep): (Int, Int64)

        mutating func observe(viewer: UInt64, epoch: Epoch, open: Epoch?, latest: Epoch) -> Epoch? {
            let counted = open.map { min(epoch, $0 + maxStep) } ?? epoch
            let entry = EpochClock.Entry(viewer: viewer, epoch: counted, reached: min(epoch, latest))
            if let index = entries.firstIndex(where: { $0.viewer == viewer }) {
                entries.remove(at: index)
            } else if entries.count == 64 {
                entries.removeFirst()
            }
            entries.append(entry)
            guard entries.count >= quorum else { return nil }
            let sorted = entries.map(\.epoch).sorted()
            guard let open else {
                let first = sorted[(sorted.count - 1) / 2]
                for index in entries.indices { entries[index].epoch = min(entries[index].epoch, first + maxStep) }
                return first
            }
            let needed = max(quorum, (sorted.count + 1) / 2)
            let all = entries.map(\.reached).sorted()
            let beyond = sorted.count { $0 > open }
            guard beyond >= min(needed, recentNeeded) else { return nil }
            let isGap =
                beyond >= needed || isSparse(open) && recent(\.reached)[recentCount - recentNeeded] > open + maxStep
            var to = open
            if isGap, all.count(where: { $0 > open + maxStep }) * 4 >= all.count * 3 {
                to = all[all.count - needed]
                for index in entries.indices { entries[index].epoch = min(entries[index].reached, to + maxStep) }
                entries[entries.count - 1].epoch = min(epoch, to + maxStep)
            }
            while true {
                var next = entries.map(\.epoch).sorted()[entries.count - needed]
                if isSparse(to) { next = max(next, recent(\.epoch)[recentCount - recentNeeded]) }
                guard next > to else { break }
                to = next
            }
            return to > open ? to : nil
        }

        private var recentCount: Int { max(2 * quorum, 16) }
        private var recentNeeded: Int { (3 * recentCount + 3) / 4 }

        private func recent(_ epoch: (EpochClock.Entry) -> Epoch) -> [Epoch] {
            entries.suffix(recentCount).map(epoch).sorted()
        }

        private func isSparse(_ open: Epoch) -> Bool {
            let before = entries.dropLast(recentCount)
            return before.count { $0.epoch < open - 1 } * 2 > before.count
        }
    }

    @Test("the ring with counters gives the same results as a list", arguments: 1...20)
    func list(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let (quorum, maxStep) = (2 + Int(random.next() % 10), 1 + Int64(random.next() % 5))
        var (clock, list) = (EpochClock(quorum: quorum, maxStep: maxStep), List(quorum: quorum, maxStep: maxStep))
        let viewers = 10 + random.next() % 300
        var (open, now): (Epoch?, Epoch) = (nil, 100)
        for step in 0..<5_000 {
            // Now busy, now sparse.
            if random.next() % (step / 1_000 % 2 == 0 ? 40 : 5) == 0 { now += Int64(random.next() % 3) }
            // Some viewers share their low bits, and therefore their place in the table.
            let viewer = random.next() % viewers * (random.next() % 4 == 0 ? 1 : 1_024)
            let epoch = now + Int64(random.next() % 5) - 2 + (random.next() % 50 == 0 ? 1_000 : 0)
            let latest = now + (random.next() % 50 == 0 ? 1_000 : 0)
            let told = clock.observe(viewer: viewer, epoch: epoch, open: open, latest: latest)
            #expect(told == list.observe(viewer: viewer, epoch: epoch, open: open, latest: latest), "step \(step)")
            #expect(clock.entries == list.entries, "step \(step)")
            if let told { open = told }
            if step % 1_000 == 999 {
                // Restores the clock from a snapshot.
                clock = EpochClock(quorum: quorum, maxStep: maxStep, entries: clock.entries)
            }
        }
        #expect(open != nil)
    }
}
