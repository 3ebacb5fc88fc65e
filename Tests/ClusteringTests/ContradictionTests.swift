import Testing

@testable import ShoalClustering

/// The messages of the delta topic must be consistent. A coordinator that continued from an inconsistent one would
/// count events twice or lose them.
@Suite("Contradictions in the delta topic")
struct ContradictionTests {
    private func coordinator() throws -> Coordinator {
        var coordinator = Coordinator(
            model: .genesis(settings: Settings(), topics: []),
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0))
        try coordinator.fold(.epochDelta(epochDelta(1)), firstOffset: 0, offset: 0)
        return coordinator
    }

    private func epochDelta(_ number: Int64) -> EpochDelta {
        EpochDelta(partition: 0, number: number, from: number == 1 ? nil : number, through: number)
    }

    @Test("consistent epoch deltas and status messages are accepted")
    func fits() throws {
        var coordinator = try coordinator()
        try coordinator.fold(.caughtUp(partition: 0, number: 1), firstOffset: 1, offset: 1)
        try coordinator.fold(.epochDelta(epochDelta(2)), firstOffset: 2, offset: 2)
        try coordinator.fold(.behind(partition: 0, number: 2), firstOffset: 3, offset: 3)
        #expect(coordinator.partitions[0].read == 2)
    }

    @Test("an epoch delta beyond the committed position means a partially committed transaction")
    func byHalves() throws {
        var coordinator = try coordinator()
        let error = try #require(throws: Contradiction.self) {
            try coordinator.fold(.caughtUp(partition: 0, number: 0), firstOffset: 1, offset: 1)
        }
        #expect(
            error.description
                == "partition 0 has sent 1 epoch deltas, but its position counts 0: a broker committed a transaction "
                + "only partially"
        )
    }

    @Test("a missing delta, a repeated delta and an unknown partition are contradictions")
    func astray() throws {
        var coordinator = try coordinator()
        #expect(throws: Contradiction("an epoch delta of partition 0 is missing: expected 2, read 1")) {
            try coordinator.fold(.behind(partition: 0, number: 2), firstOffset: 1, offset: 1)
        }
        #expect(throws: Contradiction("epoch delta 1 of partition 0 follows 1")) {
            try coordinator.fold(.epochDelta(epochDelta(1)), firstOffset: 1, offset: 1)
        }
        #expect(throws: Contradiction.self) {
            try coordinator.fold(.caughtUp(partition: 1, number: 0), firstOffset: 1, offset: 1)
        }
    }
}
