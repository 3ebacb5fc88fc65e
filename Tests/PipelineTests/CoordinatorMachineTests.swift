import ShoalClustering
import ShoalSettings
import Testing

@testable import ShoalPipeline

@Suite("The coordinator's state machine")
struct CoordinatorMachineTests {
    private let options = CoordinatorMachine.Options(
        settings: Settings(), key: RecordSealer.testKey, deltaSealer: .test, modelSealer: .test, format: .protobuf,
        allowsFuture: true, idleTimeout: 1_000)

    /// Returns a coordinator of two partitions. The first has jumped from epoch 10 to 16; the second is idle.
    private func machine() throws -> CoordinatorMachine {
        let genesis = ModelRecord(
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState(), PartitionState()], deltaOffset: 0,
                oldestOffset: 0),
            firstOffsets: [0, 0], keyFingerprint: 1, model: .genesis(settings: Settings(), topics: []))
        var machine = CoordinatorMachine(last: genesis, options: options)
        let words =
            DeltaRecord.encode(EpochDelta(partition: 0, number: 1, from: nil, through: 9), .zstd, by: .test)
            + DeltaRecord.encode(EpochDelta(partition: 0, number: 2, from: 10, through: 15), .zstd, by: .test)
            + [DeltaRecord.encode(caughtUp: true, partition: 1, number: 0)]
        for (offset, word) in words.enumerated() { try machine.fold(word.span, offset: Int64(offset), now: 0) }
        return machine
    }

    @Test("epochs that one partition skipped are published after the idle timeout")
    func skipped() throws {
        var machine = try machine()
        #expect(try machine.publish(now: 0, wall: 1)?.bookkeeping.through == 9, "the start")
        #expect(try machine.publish(now: 999, wall: 1) == nil)
        #expect(try machine.publish(now: 1_000, wall: 1)?.bookkeeping.through == 10)
        #expect(try machine.publish(now: 1_000, wall: 1)?.bookkeeping.through == 15)
        #expect(try machine.publish(now: 1_000, wall: 1) == nil)
    }

    @Test("time matters only while a closed epoch is not published")
    func waitsForTime() throws {
        var machine = try machine()
        #expect(machine.waitsForTime, "the start may wait for the clock")
        while try machine.publish(now: 0, wall: 1) != nil { #expect(machine.waitsForTime) }
        while try machine.publish(now: 1_000, wall: 1) != nil {}
        #expect(!machine.waitsForTime)
        let word = try #require(
            DeltaRecord.encode(EpochDelta(partition: 0, number: 3, from: 16, through: 16), .zstd, by: .test).first)
        try machine.fold(word.span, offset: 3, now: 2_000)
        #expect(machine.waitsForTime)
    }

    @Test("skipped epochs are published after a take-over that knows the delta only from its model")
    func takenOver() throws {
        var before = try machine()
        _ = try before.publish(now: 0, wall: 1)
        let last = try #require(try before.publish(now: 1_000, wall: 1))
        #expect(last.bookkeeping.oldestOffset == 3, "the epoch delta is not read again")
        var machine = CoordinatorMachine(
            last: ModelRecord(bookkeeping: last.bookkeeping, keyFingerprint: 1, model: last.model), options: options)
        #expect(try machine.publish(now: 5_000, wall: 1) == nil, "the time-out starts again")
        #expect(try machine.publish(now: 6_000, wall: 1)?.bookkeeping.through == 15)
    }
}
