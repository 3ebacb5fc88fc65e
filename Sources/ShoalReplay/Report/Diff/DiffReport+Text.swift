internal import ShoalClustering
internal import ShoalSchemas

extension DiffReport {
    /// Returns the comparison as text for a terminal.
    /// - Parameters:
    ///   - width: The maximum line length in columns, at least 40.
    ///   - hasColor: Whether titles are highlighted by control sequences (ECMA-48).
    public func text(width: Int = 100, hasColor: Bool = false) -> String {
        var page = TextPage(width: width, hasColor: hasColor)
        page.heading(
            a.report.input.name.printable, "two runs over \(ReportWords.count(a.report.input.events, "event"))")
        page.list([("A", a.name), ("B", b.name)])
        for warning in warnings { page.paragraph("note: \(warning)") }
        page.heading("Settings that differ", settings.isEmpty ? "none" : "")
        if !settings.isEmpty {
            page.table(
                [.init(title: ""), .init(title: "A", stretch: 1), .init(title: "B", stretch: 1)],
                settings.map { [$0.name, $0.a ?? "unset", $0.b ?? "unset"] })
        }
        if isSame {
            page.heading("All decisions are the same")
            page.paragraph("models: sha256 \(a.report.digest)")
            return page.text
        }
        page.heading("Figures")
        page.table(
            [
                .init(title: ""), .init(title: "A", isRight: true), .init(title: "B", isRight: true),
                .init(title: "B against A", isRight: true),
            ], facts.map { [$0.name, $0.a, $0.b, $0.change] })
        page.heading("Members at the end", "\(ReportWords.number(members.compared)) compared")
        page.list(memberFacts)
        page.heading("Clusters that correspond", matchCounts)
        if !matches.isEmpty { addMatches(to: &page) }
        return page.text
    }

    private func addMatches(to page: inout TextPage) {
        page.table(
            [
                .init(title: "A"), .init(title: ""), .init(title: "B"), .init(title: "members A", isRight: true),
                .init(title: "B", isRight: true), .init(title: "in both", isRight: true),
                .init(title: "leading topics", stretch: 1),
            ],
            matches.map { match in
                let topics = match.a.isEmpty ? topics(match.b, of: b.report) : topics(match.a, of: a.report)
                return [
                    ReportWords.list(match.a), match.kind.rawValue, ReportWords.list(match.b),
                    ReportWords.number(match.membersOfA),
                    ReportWords.number(match.membersOfB), ReportWords.number(match.shared),
                    topics.joined(separator: ", "),
                ]
            })
    }
}
