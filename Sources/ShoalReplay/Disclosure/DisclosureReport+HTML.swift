internal import ShoalSchemas

extension DisclosureReport {
    /// The report as a self-contained HTML page that fetches nothing, with a place for a signature.
    package func html() -> String {
        var page = ReportPage(
            title: "Disclosure of \(input.lastName)",
            subtitle: """
                What the published clusters of \(ReportWords.number(viewers)) viewers tell of them · \
                \(ReportWords.time(firstTime)) to \(ReportWords.time(lastTime)) UTC
                """, tiles: tiles)
        let rows = lines.map { line -> Markup in
            let values = line.values.map { value -> Markup in
                guard let value else { return "<td>–</td>" }
                return value.holds ? "<td>\(value.verdict)</td>" : "<td><strong>\(value.verdict)</strong></td>"
            }
            return "<tr><th scope=\"row\">\(line.name)</th><td>\(line.bound)</td>\(values)</tr>\n"
        }
        page.sections.append(
            .init(
                "verdicts", "Verdicts", lead: "\(verdict)",
                Self.whole(["measure", "bound"] + names, rows, label: "Measures and their bounds")))
        if let measures = runs.first?.measures { add(measures, to: &page) }
        if let run = runs.first {
            page.sections.append(
                .init(
                    "settings", "Settings", lead: "Only settings that affect the result.",
                    ReportPage.facts(run.settings.map { ($0.name, $0.value) })))
        }
        page.sections.append(.init("signature", "Signature", Self.signature))
        page.footer = """
            The report shows no viewer, no pseudonym and no cluster by its number. It was computed from the log, by a replay, and covers \
            what is measured above: not what subscribers know from elsewhere.\
            <br />Models: <code>sha256 \(runs.first?.digest ?? "")</code>
            """
        return page.html()
    }

    private func add(_ measures: DisclosureMeasures, to page: inout ReportPage) {
        if !measures.traits.isEmpty {
            let rows = measures.traits.map { Self.cells(Self.row($0, least: measures.sizes.least)) }
            page.sections.append(
                .init("traits", "Traits", lead: "\(traitText)", Self.whole(Self.traitTitles, rows, label: "Traits")))
            page.sections.append(
                .init(
                    "inference", "Inference", lead: "\(Self.inferenceText(measures))",
                    Self.whole(
                        Self.inferenceTitles, Self.inferences(measures).map(Self.cells), label: "Inference of traits")))
        }
        let rows = measures.sequences.map { Self.cells(Self.row($0)) }
        let advice = sequenceAdvice.map { advice -> Markup in "<p>\(advice)</p>\n" } ?? ""
        page.sections.append(
            .init(
                "sequences", "Sequences", lead: "\(Self.sequenceText)",
                rows.isEmpty
                    ? "<p>Nothing was published.</p>\n"
                    : "\(Self.whole(Self.sequenceTitles, rows, label: "Sequences"))\(advice)"))
        page.sections.append(
            .init("sizes", "Sizes", lead: "\(Self.sizesText)", ReportPage.facts(Self.facts(measures.sizes))))
        page.sections.append(.init("forging", "Forging", "<p>\(Self.forgingText(measures.forging))</p>\n"))
    }

    private static func cells(_ texts: [String]) -> Markup {
        let cells = texts.dropFirst().map { text -> Markup in "<td>\(text)</td>" }
        return "<tr><th scope=\"row\">\(texts[0])</th>\(cells)</tr>\n"
    }

    /// Returns a table of which nothing is folded, because it is signed.
    private static func whole(_ titles: [String], _ rows: [Markup], label: String) -> Markup {
        let head = titles.map { title -> Markup in "<th scope=\"col\">\(title)</th>" }
        return ReportPage.table(head: "\(head)", rows, label: label, style: "numbers", visible: .max)
    }

    private static let signature: Markup = """
        <dl class="facts sign"><div><dt>Name</dt><dd></dd></div><div><dt>Role</dt><dd></dd></div>
        <div><dt>Accepted, or what must change first</dt><dd></dd></div><div><dt>Date and signature</dt><dd></dd></div></dl>

        """

    private var tiles: [ReportPage.Tile] {
        guard let measures = runs.first?.measures else { return [] }
        var tiles = [
            ReportPage.Tile(
                value: "\(missed.count)", name: "bounds missed", note: "of \(lines.count { $0.values[0] != nil })")
        ]
        if let worst = measures.traits.compactMap({ $0.highest }).max(by: { $0.lift < $1.lift }) {
            tiles.append(
                .init(
                    value: ReportWords.decimal(worst.lift, digits: 1), name: "highest lift",
                    note: "\(ReportWords.share(worst.share)) in a group, \(ReportWords.share(worst.prior)) of all"))
        }
        if let last = measures.sequences.last(where: { $0.at != "rotation" }) {
            tiles.append(
                .init(value: ReportWords.share(last.unique), name: "unique sequences", note: last.title))
        }
        if measures.sizes.quantiles.count > 2, let median = measures.sizes.quantiles[2] {
            tiles.append(
                .init(value: ReportWords.short(median), name: "median set", note: "pseudonyms in the same cluster"))
        }
        tiles.append(
            .init(
                value: ReportWords.short(measures.forging.records), name: "forged records",
                note: "isolate a viewer, at the least"))
        return tiles
    }
}
