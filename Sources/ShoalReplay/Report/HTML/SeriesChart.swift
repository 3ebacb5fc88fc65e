/// One or two series over time as lines. The area of the first is tinted.
struct SeriesChart {
    struct Series {
        var name: String
        /// The CSS class of the line.
        var style: String
        /// One value per interval; `nil` if unknown.
        var values: [Double]
    }

    let label: String
    /// The end of each interval.
    let times: [Int64]
    let series: [Series]
    let text: @Sendable (Double) -> String
    /// The smallest upper end of the axis.
    var least = 0.0

    /// Returns two charts for a wide page, side by side.
    static func image(_ format: ChartFormat, _ make: (ChartFormat) -> SeriesChart) -> Markup {
        make(format).image(format)
    }

    func image(_ format: ChartFormat) -> Markup {
        guard let first = times.first, let last = times.last else { return Markup() }
        let most = max(series.flatMap(\.values).max() ?? 0, least)
        let plot = Plot(format, height: format == .wide ? 190 : 170, times: first...max(last, first + 1), most: most)
        var shapes = Markup()
        for (index, line) in series.enumerated() {
            var outline = Outline()
            for (time, value) in zip(times, line.values) { outline.line(to: plot.x(time), plot.y(value)) }
            if times.count == 1 { outline.line(to: plot.end, plot.y(line.values.first ?? 0)) }
            if index == 0 {
                let edge: Markup = "M\(plot.x(first)) \(plot.base)L"
                let closing: Markup = "L\(times.count == 1 ? plot.end : plot.x(last)) \(plot.base)Z"
                let body = Markup(stringLiteral: String(outline.markup.text.dropFirst()))
                shapes += "<path class=\"area \(line.style)\" d=\"\(edge)\(body)\(closing)\" />"
            }
            shapes += "<path class=\"line \(line.style)\" d=\"\(outline.markup)\"><title>\(line.name)</title></path>"
        }
        return plot.image(label, "\(plot.valueAxis(text))\(shapes)\(plot.timeAxis)")
    }

    /// The legend of the lines.
    var legend: Markup {
        let entries = series.map { line -> Markup in
            "<li><span class=\"swatch \(line.style)\"></span>\(line.name)</li>"
        }
        return "<ul class=\"legend\">\(entries)</ul>"
    }
}
