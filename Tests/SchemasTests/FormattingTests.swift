import ShoalSchemas
import Testing

@Suite("Numbers, durations, times and lists for people")
struct FormattingTests {
    @Test("digits are grouped by three, and nouns agree with their number")
    func numbers() {
        let texts = [0, 999, 1_000, 1_234_567, -1_000].map { Formatting.number($0) }
        #expect(texts == ["0", "999", "1,000", "1,234,567", "-1,000"])
        #expect(Formatting.number(Int64.min, minus: "−") == "−9,223,372,036,854,775,808")
        #expect([0, 1, 2].map { Formatting.count($0, "topic") } == ["0 topics", "1 topic", "2 topics"])
        #expect([1, 3].map { Formatting.count($0, "copy", plural: "copies") } == ["1 copy", "3 copies"])
    }

    @Test("decimals are rounded half away from zero, and percentages down")
    func decimals() {
        let texts = [1_500, -1_500, 1_499, -4].map { Formatting.decimal($0, unit: 1_000, digits: 0) }
        #expect(texts == ["2", "-2", "1", "0"])
        #expect(Formatting.decimal(1_234_567, unit: 1_000, digits: 2) == "1,234.57")
        #expect([0, 0.999, 1].map { Formatting.percent($0) } == ["0 %", "99 %", "100 %"])
    }

    @Test("numbers are listed in order, with ranges of three or more")
    func lists() {
        #expect(Formatting.list([7, 0, 1, 2, 4, 5]) == "0 … 2, 4, 5, 7")
        #expect(Formatting.list([3, 3, 4, 5] as [UInt32], to: "–") == "3–5")
        #expect(Formatting.list([1, 3, 5, 7], most: 3) == "1, 3, 5, …")
        #expect(Formatting.list([] as [Int32]).isEmpty)
    }

    @Test("durations have the unit that fits, and times are in UTC")
    func durations() {
        let spans = [0, 0.4, 59, 119, 121, 7_199, 7_200, 172_800].map { Formatting.span($0) }
        #expect(spans == ["0 s", "< 1 s", "59 s", "119 s", "2 min", "119 min", "2 h", "2 d"])
        let elapsed = [0, 1_440, 59_900, 72_000].map { Formatting.elapsed(.milliseconds($0)) }
        #expect(elapsed == ["0.0 s", "1.4 s", "59 s", "1 m 12 s"])
        #expect([0, 1_500, 90_000, 86_400_000].map { Formatting.setting($0) } == ["0ms", "1500ms", "90s", "1d"])
        #expect(Formatting.time(1_709_164_740_999) == "2024-02-28T23:59:00Z")
    }
}
