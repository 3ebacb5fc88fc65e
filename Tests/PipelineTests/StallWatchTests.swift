import Testing

@testable import ShoalPipeline

@Suite("Stalled readers")
struct StallWatchTests {
    private typealias Answers = (high: Int64?, stable: Int64?)

    /// Polls the watch every 100 ms, starting at `from`, with a timeout of 9 s. Returns the requested actions, each
    /// with its time in seconds.
    private func look(
        _ watch: inout StallWatch, at position: (Int64) -> Int64, from: Int64 = 0, until end: Int64,
        answers: (Int64) -> Answers
    ) -> [String] {
        var done: [String] = []
        for now in stride(from: from, to: end, by: 100) {
            switch watch.stands(at: position(now), now) {
            case nil: continue
            case .askHigh: watch.answered(high: answers(now).high, now)
            case .askStable:
                if case .tell(let time) = watch.answered(stable: answers(now).stable, now) {
                    done.append("tell \(time / 1_000) at \(now / 1_000)")
                }
            case .renew(let time): done.append("renew \(time / 1_000) at \(now / 1_000)")
            case .tell: done.append("told without an answer")
            }
        }
        return done
    }

    @Test("a reader that moves or is at the end of the log is not replaced")
    func healthy() {
        var watch = StallWatch(timeout: 9_000)
        #expect(look(&watch, at: { $0 / 2_000 }, until: 100_000, answers: { _ in (1_000, 1_000) }) == [])
        #expect(look(&watch, at: { _ in 7 }, from: 100_000, until: 500_000, answers: { _ in (7, 7) }) == [])
    }

    @Test("a client that does not deliver committed records is replaced after each timeout")
    func deaf() {
        var watch = StallWatch(timeout: 9_000)
        let done = look(&watch, at: { _ in 7 }, until: 19_000, answers: { _ in (9, 8) })
        #expect(done == ["renew 9 at 9", "renew 18 at 18"])
    }

    @Test("records that have just been appended are given time to arrive")
    func justNow() {
        var watch = StallWatch(timeout: 9_000)
        // After a minute of silence, a record is committed and arrives half a second later.
        let done = look(
            &watch, at: { $0 < 60_500 ? 7 : 8 }, until: 100_000, answers: { $0 < 60_000 ? (7, 7) : (8, 8) })
        #expect(done == [])
    }

    @Test("a hanging transaction is reported with increasing intervals, and no client is replaced")
    func hanging() {
        var watch = StallWatch(timeout: 9_000)
        let done = look(&watch, at: { _ in 7 }, until: 80_000, answers: { _ in (9, 7) })
        #expect(done == ["tell 12 at 12", "tell 24 at 24", "tell 48 at 48"])
        // The transaction was aborted, and another record follows.
        #expect(look(&watch, at: { _ in 10 }, from: 80_000, until: 200_000, answers: { _ in (10, 10) }) == [])
    }

    @Test("a reader waits for brokers that do not answer")
    func away() {
        var watch = StallWatch(timeout: 9_000)
        #expect(look(&watch, at: { _ in 7 }, until: 100_000, answers: { _ in (nil, nil) }) == [])
        #expect(look(&watch, at: { _ in 7 }, from: 100_000, until: 200_000, answers: { _ in (9, nil) }) == [])
    }
}

@Suite("Waiting for an assignment")
struct AssignmentWaitTests {
    @Test("only a member without an assignment waits, and an empty assignment ends the wait")
    func assigned() {
        var wait = AssignmentWait(patience: 10_000)
        #expect(wait.isDue(100_000) == nil)
        wait.begin(100_000)
        #expect(wait.isDue(110_000) == nil)
        #expect(wait.isDue(110_001) == 10_001)
        wait.end()
        #expect(wait.isDue(900_000) == nil)
    }

    @Test("a new client is tried with increasing intervals if brokers answer, and absent brokers are waited for")
    func patience() {
        var (wait, now): (AssignmentWait, Int64) = (AssignmentWait(patience: 10_000), 0)
        wait.begin(now)
        var tries: [Int64] = []
        for _ in 0..<2_400 {
            now += 1_000
            guard wait.isDue(now) != nil else { continue }
            // The brokers do not answer for the first minute.
            if wait.isOver(hasAnswer: now > 60_000, now) { tries.append(now / 1_000) }
        }
        #expect(tries.prefix(4) == [66, 87, 128, 209])
        #expect(zip(tries, tries.dropFirst()).allSatisfy { $1 - $0 <= 601 })
        wait.end()
        wait.begin(now)
        #expect(wait.isDue(now + 10_001) != nil)
    }
}
