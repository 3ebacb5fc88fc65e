import Testing

@testable import ShoalPipeline

@Suite("Check of the system clock")
struct ClockCheckTests {
    private let now = ClockCheck.earliest + 1

    @Test("an implausible clock ends the start and names the setting that depends on it")
    func impossible() throws {
        let error = try #require(throws: PipelineError.self) {
            try ClockCheck(now: 86_400_000, allowsFuture: false).check()
        }
        #expect(error.kind == .configuration)
        #expect(error.description.contains("it shows 1970-01-02T00:00:00Z"))
        #expect(error.description.contains("epoch.future=wait"))
        try ClockCheck(now: now, allowsFuture: false).check()
        try ClockCheck(now: 86_400_000, allowsFuture: true).check()
    }

    @Test("records of the future are reported if epochs end by the clock")
    func future() throws {
        let check = ClockCheck(now: now, allowsFuture: false)
        let text = try #require(check.warning(hasLaterRecords: true, in: "shoal-deltas"))
        #expect(text.contains("shoal-deltas has records that are more than 5 min newer"))
        #expect(check.warning(hasLaterRecords: false, in: "shoal-deltas") == nil)
        #expect(ClockCheck(now: now, allowsFuture: true).warning(hasLaterRecords: true, in: "a") == nil)
    }
}
