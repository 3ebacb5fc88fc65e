/// The sizes in which charts are drawn: for wide windows and paper, and for phones. The page shows the one that fits.
enum ChartFormat: CaseIterable, Sendable {
    case wide
    case phone

    var name: String { self == .wide ? "wide" : "phone" }
    var width: Double { self == .wide ? 1_080 : 358 }
    /// The number of distinguishable points of a series.
    var points: Int { self == .wide ? 360 : 120 }
}

/// A chart over time, with axes.
struct Plot {
    let format: ChartFormat
    let height: Double
    let times: ClosedRange<Int64>
    let most: Double
    var left: Double
    var right: Double
    var top = 10.0
    var bottom = 24.0

    init(_ format: ChartFormat, height: Double, times: ClosedRange<Int64>, most: Double, right: Double = 12) {
        self.format = format
        self.height = height
        self.times = times
        self.most = most > 0 ? most : 1
        self.right = right
        left = format == .wide ? 52 : 40
    }

    var width: Double { format.width }
    var end: Double { width - right }
    var base: Double { height - bottom }

    func x(_ time: Int64) -> Double {
        let span = max(Double(times.upperBound - times.lowerBound), 1)
        return left + Double(time - times.lowerBound) / span * (end - left)
    }

    func y(_ value: Double) -> Double { base - value / most * (base - top) }

    /// Returns the image with an alternative text.
    func image(_ label: String, _ content: Markup) -> Markup {
        Self.image(format, height: height, label, content)
    }

    static func image(_ format: ChartFormat, height: Double, _ label: String, _ content: Markup) -> Markup {
        """
        <svg class="\(format.name)" viewBox="0 0 \(format.width) \(height)" role="img" aria-label="\(label)">\(content)</svg>

        """
    }

    /// Draws grid lines and labels at round values.
    func valueAxis(_ text: (Double) -> String) -> Markup {
        var markup = Markup()
        for value in Ticks.values(upTo: most, count: max(Int((base - top) / 60), 2)) {
            let y = y(value)
            markup += """
                <path class="grid" d="M\(left) \(y)H\(end)" /><text x="\(left - 6)" y="\(y + 4)" class="e">\(text(value))</text>
                """
        }
        return markup
    }

    /// The labels of the time axis.
    var timeAxis: Markup {
        var markup: Markup = "<path class=\"axis\" d=\"M\(left) \(base)H\(end)\" />"
        for tick in Ticks.times(times, count: format == .wide ? 9 : 4) {
            let x = x(tick.time)
            // A label that would exceed the image is omitted.
            let half = Double(tick.text.count) * 3.2
            guard x - half >= 0, x + half <= width else { continue }
            markup += """
                <path class="axis" d="M\(x) \(base)v4" /><text x="\(x)" y="\(base + 17)" class="m">\(tick.text)</text>
                """
        }
        return markup
    }
}

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

extension CivilTime {
    /// Returns the start of a month, counted from January of year 0 (Hinnant, 2013: `days_from_civil`).
    static func beginning(ofMonth number: Int) -> Int64 {
        let (year, month) = (number / 12, number % 12 + 1)
        let shifted = month <= 2 ? year - 1 : year
        let (era, ofEra) = (shifted / 400, shifted % 400)
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        return Int64(days) * 86_400_000
    }
}
