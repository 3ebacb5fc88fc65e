import Testing

@testable import ShoalPipeline

@Suite("Simulated Kafka")
struct SimulatedKafkaTests {
    private typealias Topic = SimulatedKafka.Topic

    private var kafka = SimulatedKafka()
    private let parts: [AssignedPartition] = [.input(0), .input(1), .deltas]

    private func position(_ offset: Int64) -> CommittedPosition {
        CommittedPosition(offset: offset, metadata: "v1;open=\(offset)")
    }

    private mutating func produce(_ id: Int, _ epoch: Int, _ byte: UInt8, to topic: Topic = .deltas) throws {
        try kafka.produce(id, epoch, to: topic, key: nil, value: .bytes([byte]))
    }

    private mutating func deliverAll() {
        while kafka.deliverMarker({ _ in 0 }) {}
    }

    /// Returns the bytes that a consumer reads from an offset on, and its position afterwards.
    private func read(
        _ topic: Topic, from start: Int64 = 0, _ isolation: SimulatedLog.Isolation = .committed
    ) throws -> (bytes: [UInt8], position: Int64) {
        var position = start
        var bytes: [UInt8] = []
        while let (offset, record) = try kafka[topic].read(from: &position, isolation) {
            if case .bytes(let value) = record.value { bytes += value }
            position = offset + 1
        }
        return (bytes, position)
    }

    @Test("records of a transaction are visible after its commit marker, which occupies an offset")
    mutating func committed() throws {
        let epoch = try kafka.initTransactions(7)
        try produce(7, epoch, 1)
        try produce(7, epoch, 2)
        #expect(try read(.deltas) == ([], 0))
        #expect(try read(.deltas, .uncommitted).bytes == [1, 2])
        try kafka.end(7, epoch, .committed)
        #expect(try read(.deltas) == ([], 0), "the answer to the commit comes before the markers")
        #expect(kafka[.deltas].lastStable == 0 && kafka[.deltas].high == 2)
        deliverAll()
        #expect(try read(.deltas) == ([1, 2], 3), "the position is behind the control record")
    }

    @Test("aborted records are skipped")
    mutating func aborted() throws {
        let epoch = try kafka.initTransactions(7)
        try produce(7, epoch, 1)
        try kafka.end(7, epoch, .aborted)
        deliverAll()
        #expect(try read(.deltas) == ([], 2))
    }

    @Test("a hanging transaction blocks later committed records")
    mutating func hanging() throws {
        let first = try kafka.initTransactions(1)
        let second = try kafka.initTransactions(2)
        try produce(1, first, 1)
        try produce(2, second, 2)
        try kafka.end(2, second, .committed)
        deliverAll()
        #expect(try read(.deltas) == ([], 0))
        kafka.now = 100
        kafka.timeOut(age: 50)
        deliverAll()
        #expect(try read(.deltas).bytes == [2])
        #expect(throws: SimulatedKafka.Failure.fenced) { try produce(1, first, 3) }
    }

    @Test("a newer producer of the same id fences the older one and aborts its open transaction")
    mutating func fenced() throws {
        let old = try kafka.initTransactions(7)
        try produce(7, old, 1)
        #expect(throws: SimulatedKafka.Failure.notYet) { try kafka.initTransactions(7) }
        deliverAll()
        let new = try kafka.initTransactions(7)
        #expect(throws: SimulatedKafka.Failure.fenced) { try produce(7, old, 2) }
        #expect(throws: SimulatedKafka.Failure.fenced) { try kafka.end(7, old, .committed) }
        try produce(7, new, 3)
        try kafka.end(7, new, .committed)
        deliverAll()
        #expect(try read(.deltas).bytes == [3])
    }

    @Test("a new transaction waits for the markers of the one before")
    mutating func concurrent() throws {
        let epoch = try kafka.initTransactions(7)
        try produce(7, epoch, 1)
        try kafka.end(7, epoch, .committed)
        #expect(throws: SimulatedKafka.Failure.notYet) { try produce(7, epoch, 2) }
        deliverAll()
        try produce(7, epoch, 2)
    }

    @Test("offsets are checked only by member and generation")
    mutating func generations() throws {
        let epoch = try kafka.initTransactions(7)
        let member = kafka.group.join(nil, instance: 0, now: 0)
        kafka.group.complete(parts: parts, isForced: false) { _ in 0 }
        let assignment = try kafka.group.assignment(member)
        let old = try #require(assignment).metadata
        kafka.group.prepare(0)
        try kafka.sendOffsets(7, epoch, [.deltas: position(1)], old)
        _ = kafka.group.join(member, instance: 0, now: 0)
        kafka.group.complete(parts: parts, isForced: false) { _ in 0 }
        #expect(throws: SimulatedKafka.Failure.groupLost) {
            try kafka.sendOffsets(7, epoch, [.deltas: position(2)], old)
        }
        try kafka.sendOffsets(7, epoch, [.deltas: position(3)], nil)
    }

    @Test("a returning static member gets its assignment in the same generation and fences its predecessor")
    mutating func statics() throws {
        let first = kafka.group.join(nil, instance: 4, now: 0)
        kafka.group.complete(parts: parts, isForced: false) { _ in 0 }
        let before = try kafka.group.assignment(first)
        let second = kafka.group.join(nil, instance: 4, now: 0)
        let after = try kafka.group.assignment(second)
        #expect(before?.parts == after?.parts && before?.metadata.generation == after?.metadata.generation)
        #expect(throws: SimulatedKafka.Failure.fencedInstance) { try kafka.group.assignment(first) }
    }

    @Test("a member that does not join in time is removed and learns it from its next heartbeat")
    mutating func leftOut() throws {
        let first = kafka.group.join(nil, instance: 0, now: 0)
        kafka.group.complete(parts: parts, isForced: false) { _ in 0 }
        let held = try kafka.group.assignment(first)
        let metadata = try #require(held).metadata
        _ = kafka.group.join(nil, instance: 1, now: 0)
        #expect(kafka.group.heartbeat(metadata) == .rebalance)
        kafka.group.complete(parts: parts, isForced: false) { _ in 0 }
        #expect(!kafka.group.isStable)
        kafka.group.complete(parts: parts, isForced: true) { _ in 0 }
        #expect(kafka.group.heartbeat(metadata) == .lost)
    }

    @Test("positions are stable only if no transaction holds them, and move with the marker")
    mutating func positions() throws {
        let epoch = try kafka.initTransactions(7)
        try kafka.sendOffsets(7, epoch, [.deltas: position(5)], nil)
        #expect(throws: SimulatedKafka.Failure.notYet) { try kafka.position(of: .deltas) }
        #expect(try kafka.position(of: .deltas, isStable: false) == nil)
        #expect(try kafka.position(of: .input(0)) == nil)
        try kafka.end(7, epoch, .committed)
        #expect(throws: SimulatedKafka.Failure.notYet) { try kafka.position(of: .deltas) }
        deliverAll()
        #expect(try kafka.position(of: .deltas) == position(5))
    }

    @Test("an offset deleted by retention is an error, and the end of the log is not")
    mutating func retention() throws {
        for byte in 1...4 as ClosedRange<UInt8> {
            kafka.update(.deltas) { _ = $0.append(key: nil, value: .bytes([byte])) }
        }
        kafka.update(.deltas) { $0.deleteRecords(before: 2) }
        #expect(throws: SimulatedKafka.Failure.outOfRange) { try read(.deltas, from: 1) }
        #expect(try read(.deltas, from: 2) == ([3, 4], 4))
        #expect(try read(.deltas, from: 4) == ([], 4))
    }
}
