/// A value over time as a small line without axes.
struct Sparkline {
    static func image(_ values: [Int64], style: String, label: String) -> Markup {
        let most = Double(max(values.max() ?? 1, 1))
        let (width, height) = (120.0, 26.0)
        var outline = Outline(parts: 2)
        let step = width / Double(max(values.count - 1, 1))
        for (index, value) in values.enumerated() {
            outline.line(to: Double(index) * step, height - 1 - Double(value) / most * (height - 3))
        }
        if values.count == 1 { outline.line(to: width, height - 1 - Double(values[0]) / most * (height - 3)) }
        return """
            <svg class="spark \(style)" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(label)" \
            preserveAspectRatio="none"><path d="\(outline.markup)" /></svg>
            """
    }
}
