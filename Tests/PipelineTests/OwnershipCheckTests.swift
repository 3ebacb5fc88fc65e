import Testing

@testable import Pipeline

@Suite("Whether an assignment is still ours")
struct OwnershipCheckTests {
    private func asked() -> OwnershipCheck {
        var check = OwnershipCheck()
        #expect(check.begin() == .renewProducer)
        #expect(check.next(after: .done) == .ask)
        return check
    }

    @Test("the group says yes or no")
    func answers() {
        var check = asked()
        #expect(check.next(after: .done) == .answer(isOurs: true))
        check = asked()
        #expect(check.next(after: .groupLost) == .answer(isOurs: false))
    }

    @Test(
        "a call that failed says nothing about the group: it is asked anew",
        arguments: [.retriable, .abortable, .fatal, .fenced] as [TransactionMachine.Outcome])
    func again(outcome: TransactionMachine.Outcome) {
        var check = asked()
        #expect(check.next(after: outcome) == .renewProducer)
        #expect(check.next(after: .retriable) == .renewProducer)
        #expect(check.next(after: .done) == .ask)
        #expect(check.next(after: .groupLost) == .answer(isOurs: false))
    }

    @Test("whoever is fenced again and again is not the owner")
    func twin() {
        var check = asked()
        for _ in 0..<3 {
            #expect(check.next(after: .fenced) == .renewProducer)
            #expect(check.next(after: .done) == .ask)
        }
        #expect(check.next(after: .fenced) == .answer(isOurs: false))
    }
}
