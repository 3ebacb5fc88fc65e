import Testing

@testable import Pipeline

@Suite("A reader that gives nothing")
struct StallWatchTests {
    private typealias Answers = (high: Int64?, stable: Int64?)

    /// Looks every 100 ms from `from` on, with a time-out of 9 s, and tells what was to be done, with the second of it.
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

    @Test("whoever moves, and whoever stands at the end of the log, is asked about and left alone")
    func healthy() {
        var watch = StallWatch(timeout: 9_000)
        #expect(look(&watch, at: { $0 / 2_000 }, until: 100_000, answers: { _ in (1_000, 1_000) }) == [])
        #expect(look(&watch, at: { _ in 7 }, from: 100_000, until: 500_000, answers: { _ in (7, 7) }) == [])
    }

    @Test("committed records that do not come are a deaf client's: it is replaced after the time-out, and again")
    func deaf() {
        var watch = StallWatch(timeout: 9_000)
        let done = look(&watch, at: { _ in 7 }, until: 19_000, answers: { _ in (9, 8) })
        #expect(done == ["renew 9 at 9", "renew 18 at 18"])
    }

    @Test("records that have just come to the end are given their time")
    func justNow() {
        var watch = StallWatch(timeout: 9_000)
        // Silence for a minute; then a record is committed, and comes half a second later.
        let done = look(
            &watch, at: { $0 < 60_500 ? 7 : 8 }, until: 100_000, answers: { $0 < 60_000 ? (7, 7) : (8, 8) })
        #expect(done == [])
    }

    @Test("a transaction that hides what follows is told of, less and less often, and nobody is replaced")
    func hanging() {
        var watch = StallWatch(timeout: 9_000)
        let done = look(&watch, at: { _ in 7 }, until: 80_000, answers: { _ in (9, 7) })
        #expect(done == ["tell 12 at 12", "tell 24 at 24", "tell 48 at 48"])
        // It was aborted, and something follows.
        #expect(look(&watch, at: { _ in 10 }, from: 80_000, until: 200_000, answers: { _ in (10, 10) }) == [])
    }

    @Test("brokers that do not answer are waited for")
    func away() {
        var watch = StallWatch(timeout: 9_000)
        #expect(look(&watch, at: { _ in 7 }, until: 100_000, answers: { _ in (nil, nil) }) == [])
        #expect(look(&watch, at: { _ in 7 }, from: 100_000, until: 200_000, answers: { _ in (9, nil) }) == [])
    }
}

@Suite("Waiting for an assignment")
struct AssignmentWaitTests {
    @Test("only whoever has nothing waits, and an assignment of nothing is one, too")
    func assigned() {
        var wait = AssignmentWait(patience: 10_000)
        #expect(wait.isDue(100_000) == nil)
        wait.begin(100_000)
        #expect(wait.isDue(110_000) == nil)
        #expect(wait.isDue(110_001) == 10_001)
        wait.end()
        #expect(wait.isDue(900_000) == nil)
    }

    @Test("a new client is tried where brokers answer, less and less often; brokers that are away are waited for")
    func patience() {
        var (wait, now): (AssignmentWait, Int64) = (AssignmentWait(patience: 10_000), 0)
        wait.begin(now)
        var tries: [Int64] = []
        for _ in 0..<2_400 {
            now += 1_000
            guard wait.isDue(now) != nil else { continue }
            // For the first minute nobody answers.
            if wait.isOver(hasAnswer: now > 60_000, now) { tries.append(now / 1_000) }
        }
        #expect(tries.prefix(4) == [66, 87, 128, 209])
        #expect(zip(tries, tries.dropFirst()).allSatisfy { $1 - $0 <= 601 })
        wait.end()
        wait.begin(now)
        #expect(wait.isDue(now + 10_001) != nil)
    }
}
