/// The positions of ticks on axes.
enum Ticks {
    /// Returns 0 and multiples of 1, 2 or 5 times a power of ten.
    static func values(upTo most: Double, count: Int) -> [Double] {
        guard most > 0, most.isFinite else { return [0] }
        var step = 1e-6
        search: while true {
            for factor in [1.0, 2, 5] where step * factor * Double(count) >= most {
                step *= factor
                break search
            }
            step *= 10
        }
        return (0...count).map { Double($0) * step }.filter { $0 <= most * 1.000_001 }
    }

    private static let steps: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map { $0 * 60_000 }
    private static let days: [Int64] = [1, 2, 7, 14]
    private static let months: [Int] = [1, 2, 3, 6, 12, 24, 60, 120, 600]
    private static let day: Int64 = 86_400_000

    /// Returns round times (UTC) with their labels.
    static func times(_ range: ClosedRange<Int64>, count: Int) -> [(time: Int64, text: String)] {
        let span = range.upperBound - range.lowerBound
        guard span > 0 else { return [(range.lowerBound, ReportWords.shortTime(range.lowerBound))] }
        let most = Int64(count)
        if let step = steps.first(where: { span / $0 < most }) {
            return every(step, range).map { time in
                (time, time % day == 0 ? ReportWords.day(time) : ReportWords.clock(time))
            }
        }
        if let step = days.first(where: { span / ($0 * day) < most }) {
            return every(step * day, range).map { ($0, ReportWords.day($0)) }
        }
        let step = months.first { span / (Int64($0) * 30 * day) < most } ?? 600
        var result: [(time: Int64, text: String)] = []
        let first = CivilTime(range.lowerBound)
        var month = (first.year * 12 + first.month - 1) / step * step
        while true {
            let time = CivilTime.beginning(ofMonth: month)
            if time > range.upperBound { return result }
            if time >= range.lowerBound { result.append((time, ReportWords.month(time))) }
            month += step
        }
    }

    private static func every(_ step: Int64, _ range: ClosedRange<Int64>) -> [Int64] {
        let first = (range.lowerBound + step - 1) / step * step
        return stride(from: first, through: range.upperBound, by: Int64.Stride(step)).map { $0 }
    }
}
