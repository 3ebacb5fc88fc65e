internal import ShoalSchemas

extension TuneReport {
    /// The report as a self-contained HTML page that fetches nothing.
    package func html() -> String {
        var page = ReportPage(
            title: "Settings for \(input.lastName)",
            subtitle: """
                Tried on the first \(ReportWords.number(triedEvents)) events, and judged by the \
                \(ReportWords.number(judgedWatches)) watches after them
                """, tiles: tiles)
        let paragraphs = advice.map { line -> Markup in "<p>\(line)</p>\n" }
        page.sections.append(.init("recommended", "Recommended", "\(paragraphs)"))
        let head = Self.titles.map { title -> Markup in "<th scope=\"col\">\(title)</th>" }
        let rows = attempts.map { attempt -> Markup in
            let cells = Self.row(attempt).dropFirst(2).map { cell -> Markup in "<td>\(cell)</td>" }
            let texts = Self.row(attempt)
            return "<tr><td>\(texts[0])</td><th scope=\"row\">\(texts[1])</th>\(cells)</tr>\n"
        }
        page.sections.append(
            .init(
                "tried", "Tried",
                lead: "\(Self.explanation)",
                ReportPage.table(head: "\(head)", rows, label: "Settings that were tried", style: "numbers")))
        page.footer = "The report contains only counts of viewers."
        return page.html()
    }

    private var tiles: [ReportPage.Tile] {
        func pair(_ name: String, _ values: (String, String), _ note: String) -> ReportPage.Tile {
            .init(value: values.0 == values.1 ? values.0 : "\(values.0) → \(values.1)", name: name, note: note)
        }
        return [
            pair(
                "gain", (ReportWords.decimal(before.gain, digits: 4), ReportWords.decimal(after.gain, digits: 4)),
                "bits a watch, if the cluster is known"),
            pair(
                "hits", (ReportWords.share(before.predicted), ReportWords.share(after.predicted)),
                "\(ReportWords.share(before.popular)) by the topics of all"),
            pair(
                "moves a day", (ReportWords.decimal(before.movesPerDay), ReportWords.decimal(after.movesPerDay)),
                Verdict.moves(after.movesPerDay).word),
            pair(
                "members", (ReportWords.short(before.members), ReportWords.short(after.members)),
                "in a published cluster"),
            pair(
                "stability", (ReportWords.decimal(before.agreement ?? 0), ReportWords.decimal(after.agreement ?? 0)),
                "ARI under another privacy key"),
        ]
    }
}
