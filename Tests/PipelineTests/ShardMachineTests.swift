import ShoalClustering
import ShoalSettings
import Testing

@testable import ShoalPipeline

@Suite("The owner of an input partition")
struct ShardMachineTests {
    private static let key = PrivacyKey(hex: String(repeating: "5a", count: 32))

    private func machine(snapshots: SnapshotWriter? = nil) throws -> ShardMachine {
        var settings = Settings()
        settings.fixed.clockQuorum = 1
        return ShardMachine(
            partition: 0, offset: 10, genesis: CompiledModel(.genesis(settings: settings, topics: []), version: nil),
            keys: KeyedTopics(try #require(Self.key)),
            output: .init(format: .json, key: try #require(Self.key), sealer: .test, memberships: false),
            caughtUp: CaughtUp(timeout: 1_000, now: 0), snapshots: snapshots)
    }

    @Test("partitions that are taken over together write their snapshots one after another")
    func snapshots() throws {
        var begun: [Int64] = []
        for partition: Int32 in 0..<4 {
            var machine = try machine(
                snapshots: SnapshotWriter(
                    interval: 1_000, partition: partition, of: 4, after: StateTable(.test), now: 5_000))
            for now in stride(from: Int64(5_000), through: 7_000, by: 50) where machine.snapshot(now) {
                begun.append(now)
                break
            }
        }
        #expect(begun == [5_250, 5_500, 5_750, 6_000])
    }

    @Test("an idle shard has nothing to do until the idle status or the next snapshot is due")
    func nextDue() throws {
        var machine = try machine(
            snapshots: SnapshotWriter(interval: 3_000, partition: 0, of: 1, after: StateTable(.test), now: 0))
        #expect(machine.nextDue(0) == 1_000, "the idle status")
        #expect(machine.nextDue(1_500) == 2_500, "the end of the log was not reached yet")
        let isSaid = machine.sayCaughtUp(position: 10, high: 10, now: 1_500)
        #expect(isSaid && machine.nextDue(1_500) == 3_000, "the first snapshot")
        while machine.snapshot(3_000) {}
        #expect(machine.nextDue(3_000) == 1_500 + CaughtUp.tenthOfRetention, "nothing has changed since")
    }

    private func event(time: Int64) -> EngineEvent {
        var event = EngineEvent()
        event.member = 1
        event.time = time
        return event
    }

    @Test("at the end of the log the committed position steps over control records, and nothing else changes")
    func skip() throws {
        var machine = try machine()
        let before = machine.position
        let isNew = machine.skip(to: 13)
        let isAgain = machine.skip(to: 13)
        #expect(isNew && !isAgain)
        #expect(machine.position == before && machine.offset == 10)
        #expect(machine.committedPosition == CommittedPosition(offset: 13, metadata: "v1;genesis;next=10"))
        #expect(!machine.hasInputLeft(high: 13) && machine.hasInputLeft(high: 14))
    }

    @Test("a replay that has nothing to repeat resumes behind the control records")
    func resume() throws {
        var machine = try machine()
        let committed = CommittedPosition(offset: 13, metadata: "v1;genesis;next=10")
        machine.replay(to: try #require(committed.handled), reading: committed.offset)
        let hasSkipped = machine.skip(to: 20)
        #expect(!hasSkipped, "nothing is committed while the log is repeated")
        #expect(machine.hasArrived)
        machine.endReplay()
        #expect(machine.committedPosition == committed)
    }

    @Test("an epoch that a record behind control records closes is closed at the offset of that record")
    func epochDelta() throws {
        var machine = try machine()
        let hour: Int64 = 3_600_000
        let step = machine.step(event(time: 1_000_000 * hour), at: 12, now: 0)
        #expect(step != .handled)
        #expect(machine.offset == 12, "the opening, and snapshots after it, name the offset of the event")
        #expect(machine.committedPosition.offset == 12)
    }
}
