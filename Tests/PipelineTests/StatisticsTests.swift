import ShoalSchemas
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Statistics")
struct StatisticsTests {
    private func shard(events: Int64, late: Int64 = 0) -> Shard<KeyedTopics> {
        let key = PrivacyKey(hex: String(repeating: "5a", count: 32))!
        let genesis = CompiledModel(Model.genesis(settings: Settings(), topics: []), version: nil)
        var shard = Shard(partition: 0, genesis: genesis, keys: KeyedTopics(key))
        (shard.counters.events, shard.counters.late) = (events, late)
        return shard
    }

    private func update(_ statistics: PipelineStatistics, _ shard: Shard<KeyedTopics>, isReplaying: Bool = false) {
        let found = statistics.partition(shard, offset: shard.counters.events)
        statistics.update(0, found, shard, isReplaying: isReplaying)
    }

    @Test("totals never decrease when partitions move, and replayed events do not count")
    func totals() {
        let statistics = PipelineStatistics()
        statistics.begin(0, shard(events: 0), from: 0)
        update(statistics, shard(events: 10, late: 1))
        update(statistics, shard(events: 25, late: 1))
        #expect(statistics.snapshot.totals.events == 25 && statistics.snapshot.totals.late == 1)
        statistics.forgetPartitions()
        #expect(statistics.snapshot.partitions.isEmpty && statistics.snapshot.totals.events == 25)
        // The partition is assigned again, and its log is replayed.
        update(statistics, shard(events: 20), isReplaying: true)
        #expect(statistics.snapshot.totals.events == 25 && statistics.snapshot.events == 20)
        statistics.begin(0, shard(events: 25, late: 1), from: 0)
        update(statistics, shard(events: 31, late: 3))
        #expect(statistics.snapshot.totals.events == 31 && statistics.snapshot.totals.late == 3)
    }

    @Test("each change is counted once by kind")
    func changes() {
        let statistics = PipelineStatistics()
        var counted = ChangeCounts()
        counted.count(.memberJoined)
        counted.count(.memberMoved)
        statistics.count(changes: counted, since: ChangeCounts())
        let before = counted
        counted.count(.memberMoved)
        statistics.count(changes: counted, since: before)
        statistics.count(changes: counted, since: counted)
        let found = statistics.snapshot.changeCounts.byName.filter { $0.count > 0 }
        #expect(found.map(\.name) == ["member_joined", "member_moved"] && found.map(\.count) == [1, 2])
        #expect(statistics.snapshot.changes == 3)
    }

    @Test("snapshots and checkpoints are counted, and reported by partition while it is assigned")
    func saves() {
        let statistics = PipelineStatistics()
        statistics.begin(3, shard(events: 30), from: 12)
        var written = SnapshotWriter.Written()
        (written.members, written.bytes) = (100, 8_000)
        statistics.count(snapshots: written, since: .init(), 3)
        let begun = statistics.snapshot.saved[3]
        #expect(begun?.snapshot == nil && statistics.snapshot.saves.snapshots == 0, "it is not whole yet")
        #expect(begun?.restoreOffset == 12, "another's is there all the same")
        let before = written
        (written.members, written.bytes, written.whole) = (150, 12_000, 1)
        (written.at, written.time, written.offset) = (Monotonic.now - 2_000, 70, 41)
        statistics.count(snapshots: written, since: before, 3)
        let saves = statistics.snapshot.saves
        #expect(saves.snapshots == 1 && saves.members == 150 && saves.bytes == 12_000)
        let snapshot = statistics.snapshot.saved[3]?.snapshot
        #expect(snapshot.map { (2..<60).contains($0.age) } == true)
        #expect(statistics.snapshot.saved[3]?.restoreOffset == 41)
        let times = statistics.times[.snapshot]
        #expect(times.counts.reduce(0, +) == 1 && abs(times.sum - 0.07) < 1e-9)
        statistics.saved(checkpoint: 3, offset: 9, members: 7, bytes: 500)
        statistics.count(checkpoint: .refused)
        let checkpoint = statistics.snapshot.saved[3]?.checkpoint
        #expect(checkpoint?.members == 7 && checkpoint?.bytes == 500 && checkpoint?.offset == 9)
        statistics.forgetPartitions()
        #expect(statistics.snapshot.saved.isEmpty)
        #expect(statistics.snapshot.saves.checkpoints == [.written: 1, .refused: 1])
    }

    @Test("times are counted in the right bucket")
    func times() {
        let statistics = PipelineStatistics()
        statistics.record(.commit, .milliseconds(5))
        statistics.record(.commit, .milliseconds(6))
        statistics.record(.commit, .seconds(3_600))
        let commits = statistics.times[.commit]
        #expect(commits.counts.reduce(0, +) == 3 && commits.sum > 3_600 && commits.sum < 3_600.1)
        #expect(commits.counts[StageTimes.bounds.firstIndex(of: 0.005)!] == 1)
        #expect(commits.counts[StageTimes.bounds.firstIndex(of: 0.01)!] == 1)
        #expect(commits.counts.last == 1)
        #expect(statistics.times[.open].counts.reduce(0, +) == 0)
    }

    @Test("the lag follows from the position, which may be after control records")
    func lag() {
        let statistics = PipelineStatistics()
        statistics.saw(0, position: 5, high: 9)
        #expect(statistics.snapshot.partitions.isEmpty, "nobody owns it")
        update(statistics, shard(events: 4))
        #expect(statistics.snapshot.partitions[0]?.lag == nil)
        statistics.saw(0, position: nil, high: 9)
        #expect(statistics.snapshot.partitions[0]?.lag == 5)
        statistics.saw(0, position: 9, high: 9)
        #expect(statistics.snapshot.partitions[0]?.lag == 0)
    }
}

@Suite("Health")
struct HealthTests {
    private func problems(_ checks: [Health.Check]) -> [String] {
        checks.compactMap { check in check.problem.map { "\(check.name): \($0)" } }
    }

    @Test("an instance is ready once its assignment, which may be empty, is restored")
    func readiness() {
        let statistics = PipelineStatistics()
        #expect(problems(Health.readiness(statistics.snapshot)) == ["group: starting"])
        statistics.enter(.waiting("topics are missing"))
        #expect(problems(Health.readiness(statistics.snapshot)) == ["group: waiting: topics are missing"])
        statistics.assigned([.input(0), .input(1), .deltas])
        #expect(problems(Health.readiness(statistics.snapshot)) == ["restore: taking 2 partitions over"])
        #expect(!statistics.snapshot.isReady)
        statistics.enter(.working)
        #expect(problems(Health.readiness(statistics.snapshot)) == [] && statistics.snapshot.isReady)
        statistics.assigned([])
        #expect(problems(Health.readiness(statistics.snapshot)) == [] && statistics.snapshot.isReady)
        for state in [InstanceState.joining, .released, .stopping] {
            statistics.enter(state)
            #expect(problems(Health.readiness(statistics.snapshot)).count == 1 && !statistics.snapshot.isReady)
        }
    }

    @Test("a restore reports its progress")
    func restore() {
        let statistics = PipelineStatistics()
        statistics.assigned([.input(7)])
        statistics.restores(7, at: .state(members: 9, bytes: 3 << 20), 10, of: 10)
        let state = problems(Health.readiness(statistics.snapshot))
        #expect(state.last?.hasPrefix("partition 7: restoring: state: 9 members, 3 MiB, 10 of 10 records") == true)
        statistics.restores(7, 100, of: 400)
        let found = problems(Health.readiness(statistics.snapshot))
        #expect(found.last?.hasPrefix("partition 7: restoring: input: 100 of 400 records") == true, "\(found)")
        statistics.restores(7, 400, of: 400)
        #expect(problems(Health.readiness(statistics.snapshot)) == ["restore: taking 1 partitions over"])
        let progress = RestoreProgress(stage: .input, done: 100, total: 400, started: 1_000, told: 3_000)
        #expect(progress.text == "input: 100 of 400 records, 50 a second, 6 s left")
    }

    @Test("a started instance remains started")
    func startup() {
        let statistics = PipelineStatistics()
        #expect(problems(Health.startup(statistics.snapshot)) == ["group: starting"])
        statistics.assigned([.input(0)])
        #expect(!problems(Health.startup(statistics.snapshot)).isEmpty)
        statistics.enter(.working)
        #expect(problems(Health.startup(statistics.snapshot)) == [])
        statistics.enter(.released)
        #expect(problems(Health.startup(statistics.snapshot)) == [])
    }

    @Test("an instance is alive while all components make progress")
    func liveness() {
        let parts = [
            Heartbeats.Status(part: .group, doing: "polling the group", age: 10, isStuck: false),
            Heartbeats.Status(part: .partition(1), doing: "handling records", age: 61_500, isStuck: true),
        ]
        let checks = Health.liveness(parts)
        #expect(checks.map(\.name) == ["group", "partition 1"])
        #expect(problems(checks) == ["partition 1: no progress for 61 s; it was handling records"])
    }
}
