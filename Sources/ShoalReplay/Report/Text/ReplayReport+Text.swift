internal import ShoalClustering
internal import ShoalSchemas

extension ReplayReport {
    /// Returns the report as text for a terminal.
    /// - Parameters:
    ///   - width: The maximum line length in columns, at least 40.
    ///   - hasColor: Whether titles are highlighted by control sequences (ECMA-48).
    public func text(width: Int = 100, hasColor: Bool = false) -> String {
        var page = TextPage(width: width, hasColor: hasColor)
        addInput(to: &page)
        addClusters(to: &page)
        addLifecycle(to: &page)
        addMoves(to: &page)
        addQuality(to: &page)
        if !notes.isEmpty {
            page.heading("Notes")
            for note in notes { page.paragraph(note) }
        }
        if !settings.isEmpty {
            page.heading("Settings", "only those that affect the result")
            page.paragraph(settings.map { "\($0.name)=\($0.value)" }.joined(separator: "  "))
        }
        if !digest.isEmpty { page.paragraph("models: sha256 \(digest)") }
        return page.text
    }

    private func addInput(to page: inout TextPage) {
        page.heading(input.name.printable, isInterrupted ? "interrupted: only the part that was read" : "")
        page.list(inputFacts)
    }

    /// Names and values that describe the input.
    var inputFacts: [(name: String, value: String)] {
        var facts = [(name: "events", value: ReportWords.number(input.events))]
        func add(_ name: String, _ count: Int64, _ text: String = "") {
            if count > 0 { facts.append((name, ReportWords.number(count) + text)) }
        }
        if let first = input.firstTime, let last = input.lastTime {
            let span = ReportWords.span(last - first)
            facts.append(("event time", "\(ReportWords.time(first)) to \(ReportWords.time(last)) UTC, \(span)"))
        }
        if input.partitions > 0 { facts.append(("partitions", ReportWords.number(input.partitions))) }
        if !input.ranges.isEmpty {
            let ranges = input.ranges.map { "\($0.partition): \($0.from)–\($0.to)" }
            facts.append(("offsets", ranges.joined(separator: ", ")))
        }
        add("repeated", input.duplicates)
        add("late", input.late, ", of an epoch before the open one")
        add("early", input.early, ", beyond the open epoch")
        add("erased", input.erased, input.erased == 1 ? " viewer" : " viewers")
        add("tombstones", input.unknownErased, " of unknown viewers")
        add("sensitive topics", input.sensitiveTopics, " dropped")
        if let companions {
            let names = companions.map(\.printable).joined(separator: ", ")
            add("companions", Int64(companions.count), " topics that go with a neutralized category: \(names)")
        }
        for (reason, count) in input.rejected.sorted(by: { $0.key < $1.key }) {
            add("rejected", count, ": \(reason.printable)")
        }
        let scans = ReportWords.part(input.skippedScans, of: input.events)
        facts.append(("models", "\(ReportWords.number(rows.count)); \(scans) of the scans were not needed"))
        return facts
    }

    private func addClusters(to page: inout TextPage) {
        let living = living
        guard let last = rows.last else {
            page.heading("Clusters", "none: there is no model")
            return
        }
        let shown = last.members.reduce(0, +)
        var note = "\(living.count) at the end with \(ReportWords.count(shown, "member"))"
        if last.withheld > 0 {
            note += "; \(SuppressedCount.text(last.withheld))"
        }
        note += "; \(unassigned(last)) in none"
        page.heading("Clusters", note)
        guard !living.isEmpty else { return }
        let picked = thinned(to: 12)
        let isWide = page.width >= 110
        var columns: [TextPage.Column] = [
            .init(title: "id", isRight: true), .init(title: "members", isRight: true),
            .init(title: "share", isRight: true), .init(title: "alike", isRight: true), .init(title: "since"),
            .init(title: "over time"), .init(title: "leading topics", stretch: isWide ? 3 : 1),
        ]
        if isWide { columns.append(.init(title: "branches out to", stretch: 2)) }
        let names = Dictionary(rows.map { ($0.version, $0.time) }) { first, _ in first }
        page.table(
            columns,
            living.map { cluster in
                let since = names[cluster.created].map(ReportWords.shortTime) ?? "\(cluster.created)"
                let row = [
                    "\(cluster.id)", ReportWords.number(cluster.members),
                    ReportWords.part(cluster.members, of: last.eligible),
                    ReportWords.share(cluster.cohesion, digits: 0), "\(since) \(cluster.origin)",
                    Self.sparkline(sizes(of: cluster.id, in: picked)),
                    cluster.leadingTopics.joined(separator: ", "),
                ]
                return isWide ? row + [cluster.branches] : row
            })
    }

    /// Returns bars of eight heights; blank for 0.
    static func sparkline(_ values: [Int64]) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        let most = values.max() ?? 0
        return String(
            values.map { $0 <= 0 || most <= 0 ? " " : bars[min(Int($0 * 8 / (most + 1)), 7)] } as [Character])
    }

    private func addLifecycle(to page: inout TextPage) {
        guard !lifecycle.isEmpty else { return }
        page.heading("Changes of clusters", lifecycleCounts)
        var lines = Story(lifecycle).lines
        let most = 20
        if lines.count > most { lines.removeAll { $0.kind == "cluster_drifted" } }
        let left = lines.count - most
        if left > 0 { lines.removeSubrange(most / 2..<most / 2 + left) }
        for (index, line) in lines.enumerated() {
            if left > 0, index == most / 2 { page.paragraph("… \(ReportWords.number(left)) more …") }
            page.paragraph("\(ReportWords.time(line.time))  \(line.text)")
        }
    }

    private func addMoves(to page: inout TextPage) {
        guard !rows.isEmpty else { return }
        page.heading("Members")
        let moved = totals.moved
        page.list([
            ("joined", ReportWords.number(totals.joined)), ("moved", ReportWords.number(moved)),
            (
                "moved back",
                "\(ReportWords.number(totals.returned)), \(ReportWords.share(quality.returned)) of the moves: "
                    + Verdict.returned(quality.returned).text
            ),
            ("left", ReportWords.number(totals.left)), ("erased", ReportWords.number(totals.erased)),
            ("moves a member and day", movesText),
        ])
        guard let flows else { return }
        page.paragraph(
            "From \(ReportWords.time(flows.fromTime)) to \(ReportWords.time(flows.toTime)). \(flows.sentence)")
        let largest = flows.flows.filter { $0.from != $0.to && $0.from != 0 && $0.to != 0 }
            .sorted { $0.members != $1.members ? $0.members > $1.members : ($0.from, $0.to) < ($1.from, $1.to) }
            .prefix(6).map { "\($0.from) → \($0.to): \(ReportWords.number($0.members))" }
        if !largest.isEmpty { page.paragraph("The largest moves: " + largest.joined(separator: ", ") + ".") }
    }

    private func addQuality(to page: inout TextPage) {
        guard quality.sampled > 0 else { return }
        page.heading("Quality", "at the end, over \(ReportWords.count(quality.sampled, "member"))")
        page.list(qualityFacts)
    }

    /// Names and values that describe the quality.
    var qualityFacts: [(name: String, value: String)] {
        var facts = [(name: "similarity to the own centroid", value: ReportWords.decimal(quality.similarity))]
        if let batch = quality.batchSimilarity {
            facts.append(("the same of batch k-means, best of ten", ReportWords.decimal(batch)))
        }
        if let objective = quality.objective {
            facts.append(("of it reached", "\(ReportWords.share(objective)): \(Verdict.objective(objective).text)"))
        }
        if let verdict = quality.clusterVerdict { facts.append(("the number of clusters", verdict)) }
        if let rand = quality.adjustedRand, let information = quality.adjustedMutualInformation {
            let judged = quality.judged.map { ", over \(ReportWords.count($0, "viewer"))" } ?? ""
            let text = "ARI \(ReportWords.decimal(rand)), AMI \(ReportWords.decimal(information))\(judged)"
            facts.append(("agreement with the truth", text))
        }
        let unassigned = "\(ReportWords.share(quality.unassigned)): \(Verdict.unassigned(quality.unassigned).text)"
        facts.append(("in no cluster", unassigned))
        return facts
    }

    /// The moves for each member and day, with a verdict.
    var movesText: String {
        "\(ReportWords.decimal(quality.movesPerDay)): \(Verdict.moves(quality.movesPerDay).text)"
    }
}

extension ReplayReport.Quality {
    /// Whether the number of clusters is supported: whether another number separates the same members much better.
    var clusterVerdict: String? {
        guard let silhouette, let batchSilhouette, let batchClusters else { return nil }
        let figures =
            "silhouette \(ReportWords.decimal(silhouette)); batch k-means reaches at most "
            + "\(ReportWords.decimal(batchSilhouette)), with \(ReportWords.count(batchClusters, "cluster"))"
        return 5 * silhouette >= 4 * batchSilhouette ? "is supported: \(figures)" : "is in doubt: \(figures)"
    }
}

extension ReplayReport.Cluster {
    /// The cluster's branches, as text.
    var branches: String {
        let numbers = branchClusters.map { "→ \($0)" }.joined(separator: " ")
        return (branchTopics.map(\.printable) + (numbers.isEmpty ? [] : [numbers])).joined(separator: ", ")
    }
}
