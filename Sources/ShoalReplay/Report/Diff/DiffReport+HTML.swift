internal import ShoalClustering

extension DiffReport {
    /// Returns the comparison as a self-contained HTML page.
    public func html() -> String {
        let families = (a: Family(a.report), b: Family(b.report))
        let first = Palette(a.report)
        let second = Palette(b.report, after: first, partners)
        let name = a.report.input.name
        var page = ReportPage(
            title: name.isEmpty ? "Two runs" : name.lastName,
            subtitle: """
                Two runs over the same input: <b>A</b>, \(a.name), and <b>B</b>, \(b.name)
                """, tiles: tiles)
        page.definitions = Palette.definitions([first, second])
        if !warnings.isEmpty {
            let lines = warnings.map { line -> Markup in "<p>\(line)</p>" }
            page.sections.append(.init("notes", "Notes", "<div class=\"notes\">\(lines)</div>\n"))
        }
        page.sections.append(.init("settings", "Settings that differ", settingTable))
        page.sections.append(.init("figures", "Figures", factTable))
        if !flows.isEmpty {
            page.sections.append(flowSection(first, second, families))
        }
        if !matches.isEmpty {
            page.sections.append(
                .init(
                    "clusters", "Clusters that correspond",
                    lead: """
                        \(matchCounts): a cluster corresponds to the one that has at least half of its members, in \
                        either direction. Colours follow A.
                        """, matchTable(first, second)))
        }
        page.sections.append(sizeSection(first, second, families))
        page.footer = """
            Times are UTC. The report contains only published data about clusters, and only counts of viewers.
            <br />Models of A: <code>sha256 \(a.report.digest)</code><br />Models of B: <code>sha256 \(b.report.digest)</code>
            """
        return page.html()
    }

    private var tiles: [ReportPage.Tile] {
        func pair(_ name: String, _ first: String, _ second: String, _ note: String) -> ReportPage.Tile {
            .init(value: first == second ? first : "\(first) → \(second)", name: name, note: note)
        }
        let facts = facts
        func change(_ name: String) -> String { facts.first { $0.name == name }?.change ?? "" }
        let (first, second) = (a.report, b.report)
        if isSame { return [.init(value: "the same", name: "all decisions", note: "model by model")] }
        return [
            .init(
                value: ReportWords.part(members.elsewhere, of: members.compared), name: "members elsewhere",
                note: "\(ReportWords.number(members.elsewhere)) of \(ReportWords.number(members.compared))"),
            pair("clusters", "\(first.living.count)", "\(second.living.count)", matchCounts),
            pair(
                "moves a day", ReportWords.decimal(first.quality.movesPerDay),
                ReportWords.decimal(second.quality.movesPerDay),
                change("moves a member and day")),
            pair(
                "similarity", ReportWords.decimal(similarity(first)), ReportWords.decimal(similarity(second)),
                change(similarityName)),
            pair(
                "in no cluster", ReportWords.share(first.quality.unassigned),
                ReportWords.share(second.quality.unassigned),
                change("in no cluster")),
        ]
    }

    private var settingTable: Markup {
        guard !settings.isEmpty else { return "<p>None.</p>\n" }
        let rows = settings.map { entry -> Markup in
            "<tr><th scope=\"row\"><code>\(entry.name)</code></th><td>\(entry.a ?? "unset")</td><td>\(entry.b ?? "unset")</td></tr>\n"
        }
        let head: Markup = "<th scope=\"col\">setting</th><th scope=\"col\">A</th><th scope=\"col\">B</th>"
        return ReportPage.table(head: head, rows, label: "Settings that differ")
    }

    private var factTable: Markup {
        let rows = facts.map { fact -> Markup in
            """
            <tr><th scope="row">\(fact.name)</th><td>\(fact.a)</td><td>\(fact.b)</td><td>\(fact.change)</td></tr>

            """
        }
        return """
            <div class="scroll"><table class="numbers"><thead><tr><th scope="col">figure</th><th scope="col">A</th>\
            <th scope="col">B</th><th scope="col">B against A</th></tr></thead><tbody>\(rows)</tbody></table></div>

            """
    }

    private func flowSection(
        _ first: Palette, _ second: Palette, _ families: (a: Family, b: Family)
    ) -> ReportPage.Section {
        // Each cluster on the right is placed opposite its match on the left.
        let left = FlowChart.Side(title: "A", order: families.a.order, palette: first, clusters: a.report.clusters)
        let right = FlowChart.Side(title: "B", order: ordered(families), palette: second, clusters: b.report.clusters)
        var groups = (a: [ClusterID: Int](), b: [ClusterID: Int]())
        for (index, match) in matches.enumerated() {
            for id in match.a { groups.a[id] = index }
            for id in match.b { groups.b[id] = index }
        }
        let chart = FlowChart(
            flows, from: left, to: right, label: "Members by their cluster in A and their cluster in B."
        ) { flow in
            guard let group = groups.a[flow.from] else { return false }
            return groups.b[flow.to] == group
        }
        var note = ""
        if hidden > 0 {
            note = " \(ReportWords.count(hidden, "member")) are in combinations that are too small to be shown."
        }
        return .init(
            "members", "Where members end",
            lead:
                "Pale: in corresponding clusters. Strong: elsewhere. Members in a cluster of one run only are not drawn.\(note)",
            "\(ReportPage.figure(chart.markup))<div style=\"margin-top:16px\">\(ReportPage.facts(memberFacts))</div>\n")
    }

    /// Returns the clusters of B in the order of their matches in A.
    private func ordered(_ families: (a: Family, b: Family)) -> [ClusterID] {
        let places = Dictionary(families.a.order.enumerated().map { ($1, $0) }) { first, _ in first }
        var best: [ClusterID: (place: Int, members: Int64)] = [:]
        for flow in flows where flow.from != 0 && flow.members > best[flow.to]?.members ?? 0 {
            best[flow.to] = (places[flow.from] ?? .max, flow.members)
        }
        return families.b.order.enumerated().sorted { left, right in
            let (first, second) = (best[left.element]?.place ?? .max, best[right.element]?.place ?? .max)
            return first != second ? first < second : left.offset < right.offset
        }.map(\.element)
    }

    private func matchTable(_ first: Palette, _ second: Palette) -> Markup {
        func names(_ ids: [ClusterID], _ palette: Palette) -> Markup {
            guard !ids.isEmpty else { return "–" }
            var markup = Markup()
            for (index, id) in ids.enumerated() {
                markup +=
                    "\(index > 0 ? " " : "")<span class=\"own\"><span class=\"swatch \(palette.name(of: id))\"></span><b>\(id)</b></span>"
                    as Markup
            }
            return markup
        }
        let rows = matches.map { match -> Markup in
            let topics = match.a.isEmpty ? topics(match.b, of: b.report) : topics(match.a, of: a.report)
            return """
                <tr><td>\(names(match.a, first))</td><td>\(match.kind.rawValue)</td><td>\(names(match.b, second))</td>\
                <td class="r">\(ReportWords.number(match.membersOfA))</td><td class="r">\(ReportWords.number(match.membersOfB))</td>\
                <td class="r">\(ReportWords.number(match.shared))</td><td class="one">\(topics.joined(separator: ", "))</td></tr>

                """
        }
        let head: Markup = """
            <th scope="col">A</th><th scope="col">are</th><th scope="col">B</th>\
            <th scope="col" class="r">members A</th><th scope="col" class="r">B</th><th scope="col" class="r">in both</th>\
            <th scope="col">leading topics</th>
            """
        return ReportPage.table(head: head, rows, label: "Clusters that correspond")
    }

    private func sizeSection(
        _ first: Palette, _ second: Palette, _ families: (a: Family, b: Family)
    ) -> ReportPage.Section {
        func top(_ report: ReplayReport) -> Int64 {
            report.rows.map { $0.members.reduce($0.unpublished, +) }.max() ?? 0
        }
        let most = max(top(a.report), top(b.report))
        func chart(_ side: Side, _ name: String, _ palette: Palette, _ family: Family) -> Markup {
            let chart = SizesChart(report: side.report, palette: palette, family: family, most: most)
            let body = ReportPage.figure(chart.markup, chart.table)
            return "<div><h3>\(name): \(side.name)</h3>\(body)</div>\n"
        }
        return .init(
            "sizes", "Sizes over time",
            lead: "On one scale. A cluster of B has the colour of the cluster of A that it corresponds to.",
            "<div class=\"pair\">\(chart(a, "A", first, families.a))\(chart(b, "B", second, families.b))</div>\n")
    }
}
