import Testing

@testable import ShoalPipeline

@Suite("Ownership check")
struct OwnershipCheckTests {
    private func asked() -> OwnershipCheck {
        var check = OwnershipCheck()
        #expect(check.begin() == .renewProducer)
        #expect(check.next(after: .done) == .ask)
        return check
    }

    @Test("the group confirms or denies the ownership")
    func answers() {
        var check = asked()
        #expect(check.next(after: .done) == .answer(isOurs: true))
        check = asked()
        #expect(check.next(after: .groupLost) == .answer(isOurs: false))
    }

    @Test(
        "a failed call is repeated",
        arguments: [.retriable, .abortable, .fatal, .fenced] as [TransactionMachine.Outcome])
    func again(outcome: TransactionMachine.Outcome) {
        var check = asked()
        #expect(check.next(after: outcome) == .renewProducer)
        #expect(check.next(after: .retriable) == .renewProducer)
        #expect(check.next(after: .done) == .ask)
        #expect(check.next(after: .groupLost) == .answer(isOurs: false))
    }

    @Test("an instance that is fenced repeatedly is not the owner")
    func duplicateInstance() {
        var check = asked()
        for _ in 0..<3 {
            #expect(check.next(after: .fenced) == .renewProducer)
            #expect(check.next(after: .done) == .ask)
        }
        #expect(check.next(after: .fenced) == .answer(isOurs: false))
    }
}
