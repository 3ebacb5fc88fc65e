import Testing

@testable import ShoalKafka

@Suite("Waits for signals")
struct SignalTests {
    @Test("a wait ends when its time has passed, and not before")
    func time() async {
        let signal = Signal()
        let began = ContinuousClock.now
        async let long: Void = signal.wait(past: 0, atMost: .milliseconds(80))
        await signal.wait(past: 0, atMost: .milliseconds(20))
        #expect(ContinuousClock.now - began >= .milliseconds(20))
        await long
        #expect(ContinuousClock.now - began >= .milliseconds(80))
        #expect(signal.count == 0)
    }

    @Test("a shorter wait than the one the timer is set for ends in time")
    func shorter() async {
        let signal = Signal()
        let waiting = Task { await signal.wait(past: 0, atMost: .seconds(3_600)) }
        while signal.waiters == 0 { await Task.yield() }
        await signal.wait(past: 0, atMost: .milliseconds(20))
        #expect(signal.waiters == 1)
        signal.notify()
        await waiting.value
    }

    @Test("a change and a cancellation end a wait, and its deadline leaves no trace")
    func early() async {
        let signal = Signal()
        let waiting = (0..<2).map { _ in Task { await signal.wait(past: 0, atMost: .seconds(3_600)) } }
        while signal.waiters < 2 { await Task.yield() }
        waiting[0].cancel()
        await waiting[0].value
        #expect(signal.waiters == 1)
        signal.notify()
        await waiting[1].value
        #expect(signal.waiters == 0)
        await signal.wait(past: 0, atMost: .seconds(3_600))
        #expect(Deadlines.shared.longest < .seconds(3_000))
    }
}
