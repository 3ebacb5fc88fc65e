import Testing

@testable import ShoalPipeline

@Suite("Transaction state machine")
struct TransactionMachineTests {
    private let old = CommittedPosition(offset: 5, metadata: "v1;open=1")
    private let new = CommittedPosition(offset: 9, metadata: "v1;open=1")
    private let other = CommittedPosition(offset: 70, metadata: "v1;open=2")

    private func machine() -> TransactionMachine {
        TransactionMachine(
            committed: [.input(0): old, .deltas: nil], known: [.input(0): old, .deltas: other], ceiling: 1_000)
    }

    private func cut(bytes: Int = 500) -> Outbox.Cut {
        Outbox.Cut(steps: [.init(part: .input(0), position: new)], bytes: bytes, moved: [.input(0): new])
    }

    @Test("a transaction commits the position of every part, even if unchanged")
    func fence() {
        var machine = machine()
        #expect(machine.begin(cut()) == .send(cut(), offsets: [.input(0): new, .deltas: other]))
        #expect(machine.next(after: .done, now: 0) == .commit)
        #expect(machine.next(after: .retriable, now: 0) == .commit)
        #expect(machine.next(after: .done, now: 0) == .finish(cut()))
    }

    @Test("an abort without an answer is settled by a new producer, unless all partitions are lost")
    func deafAbort() {
        var machine = machine()
        _ = machine.begin(cut())
        #expect(machine.next(after: .abortable, now: 0) == .abort)
        #expect(machine.unknown() == .renewProducer)
        #expect(machine.next(after: .done, now: 0) == .ask)
        #expect(machine.next(found: [.input(0): old, .deltas: nil]) == .resend)
        _ = machine.begin(cut())
        #expect(machine.next(after: .groupLost, now: 0) == .abort)
        #expect(machine.unknown() == .end(.lost))
    }

    @Test("after an abort the outbox is sent again in smaller cuts, which grow after commits")
    func abort() {
        var machine = machine()
        _ = machine.begin(cut())
        #expect(machine.next(after: .abortable, now: 0) == .abort)
        #expect(machine.next(after: .retriable, now: 0) == .abort)
        #expect(machine.next(after: .done, now: 0) == .resend)
        #expect(machine.limit == 250)
        _ = machine.begin(cut())
        _ = machine.next(after: .done, now: 0)
        _ = machine.next(after: .done, now: 0)
        #expect(machine.limit > 250 && machine.limit <= 1_000)
    }

    @Test("an instance removed from the group aborts and discards everything", arguments: [true, false])
    func lost(isSent: Bool) {
        var machine = machine()
        _ = machine.begin(cut())
        if isSent { _ = machine.next(after: .done, now: 0) }
        #expect(machine.next(after: .groupLost, now: 0) == .abort)
        #expect(machine.next(after: .done, now: 0) == .end(.lost))
    }

    private func settle(_ machine: inout TransactionMachine) {
        _ = machine.begin(cut())
        _ = machine.next(after: .done, now: 0)
        #expect(machine.unknown() == .renewProducer)
        #expect(machine.next(after: .retriable, now: 0) == .renewProducer)
        #expect(machine.next(after: .done, now: 0) == .ask)
        #expect(machine.next(after: .retriable, now: 0) == .ask)
    }

    @Test("an unknown outcome counts as committed if the positions are ours")
    func settledOurs() {
        var machine = machine()
        settle(&machine)
        #expect(machine.next(found: [.input(0): new, .deltas: other]) == .finish(cut()))
    }

    @Test("an unknown outcome is sent again if the positions are unchanged")
    func settledOld() {
        var machine = machine()
        settle(&machine)
        #expect(machine.next(found: [.input(0): old, .deltas: nil]) == .resend)
    }

    @Test("a foreign position after an unknown outcome means that the partitions are lost")
    func settledStrange() {
        var machine = machine()
        settle(&machine)
        #expect(machine.next(found: [.input(0): other, .deltas: nil]) == .end(.lost))
    }

    @Test("four fencings within ten minutes mean a duplicate instance, and spread out they do not")
    func duplicateInstance() {
        func fenced(every pause: Int64, _ outcome: TransactionMachine.Outcome = .fenced) -> TransactionMachine.Action {
            var machine = machine()
            var action = TransactionMachine.Action.commit
            for round in 0..<4 {
                _ = machine.begin(cut())
                action = machine.next(after: outcome, now: Int64(round) * pause)
                guard action == .renewProducer else { break }
                _ = machine.next(after: .done, now: 0)
                _ = machine.next(found: [.input(0): old, .deltas: nil])
            }
            return action
        }
        #expect(fenced(every: 1_000) == .end(.duplicateInstance))
        #expect(fenced(every: 300_000) == .renewProducer)
        #expect(
            fenced(every: 1_000, .fatal) == .renewProducer,
            "brokers that go away and come back are no duplicate instance")
    }
}
