internal import ShoalSchemas

extension DisclosureReport {
    /// The report as text for a terminal.
    package func text(width: Int = 100, hasColor: Bool = false) -> String {
        var page = TextPage(width: width, hasColor: hasColor)
        page.heading("Disclosure", "of \(ReportWords.number(events)) events of \(input.printable)")
        page.paragraph(
            "\(verdict) \(ReportWords.number(viewers)) viewers, \(ReportWords.time(firstTime)) to \(ReportWords.time(lastTime)) UTC."
        )
        page.table(
            [.init(title: "measure"), .init(title: "bound")] + names.map { .init(title: $0, isRight: true) },
            lines.map { line in [line.name, line.bound] + line.values.map { $0?.verdict ?? "–" } })
        guard let measures = runs.first?.measures else { return page.text }
        if !measures.traits.isEmpty {
            page.heading("Traits")
            page.paragraph(traitText)
            Self.add(Self.traitTitles, measures.traits.map { Self.row($0, least: measures.sizes.least) }, to: &page)
            page.heading("Inference")
            page.paragraph(Self.inferenceText(measures))
            Self.add(Self.inferenceTitles, Self.inferences(measures), to: &page)
        }
        page.heading("Sequences")
        page.paragraph(Self.sequenceText)
        if measures.sequences.isEmpty { page.paragraph("Nothing was published.") }
        Self.add(Self.sequenceTitles, measures.sequences.map(Self.row), to: &page)
        if let advice = sequenceAdvice { page.paragraph(advice) }
        page.heading("Sizes")
        page.paragraph(Self.sizesText)
        page.list(Self.facts(measures.sizes))
        page.heading("Forging")
        page.paragraph(Self.forgingText(measures.forging))
        return page.text
    }

    private static func add(_ titles: [String], _ rows: [[String]], to page: inout TextPage) {
        guard !rows.isEmpty else { return }
        page.table(titles.enumerated().map { .init(title: $1, isRight: $0 > 0) }, rows)
    }
}
