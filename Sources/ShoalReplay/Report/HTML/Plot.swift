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

    /// A veil over what is later than a moment, which the property `--at` of an element around it places, from 0 to 1.
    var veil: Markup {
        let all = format.width / 100
        return """
            <div class="veil \(format.name)" style="left:calc(\(left / all)% + var(--at)*\((end - left) / all)%);right:\(right / all)%;\
            top:\(top / height * 100)%;bottom:\(bottom / height * 100)%"></div>

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
