internal import ShoalClustering

extension DiffReport {
    /// A figure of both runs.
    struct Fact {
        var name: String
        var a: String
        var b: String
        /// The change from A to B; empty if it has no meaning.
        var change: String
    }

    /// The figures that can be compared.
    var facts: [Fact] {
        let (first, second) = (a.report, b.report)
        func count(_ name: String, _ value: (ReplayReport) -> Int64) -> Fact {
            let (x, y) = (value(first), value(second))
            return Fact(
                name: name, a: ReportWords.number(x), b: ReportWords.number(y),
                change: x == y ? "same" : Self.percent(Double(y - x), Double(x)))
        }
        func share(_ name: String, _ value: (ReplayReport) -> Int64?, isDecimal: Bool = false) -> Fact? {
            guard let x = value(first), let y = value(second) else { return nil }
            let text: (Int64) -> String = { isDecimal ? ReportWords.decimal($0) : ReportWords.share($0) }
            let change: String
            if x == y {
                change = "same"
            } else if isDecimal {
                change = Self.percent(Double(y - x), Double(x))
            } else {
                change = (y > x ? "+" : "") + ReportWords.decimal((y - x) * 100, digits: 1) + " points"
            }
            return Fact(name: name, a: text(x), b: text(y), change: change)
        }
        let facts: [Fact?] = [
            count("clusters at the end") { Int64($0.living.count) },
            count("eligible members") { $0.rows.last?.eligible ?? 0 },
            share("in no cluster", { $0.quality.unassigned }),
            share(similarityName, similarity, isDecimal: true),
            share("of what batch k-means reaches", { $0.quality.objective }),
            share("ARI against the truth", { $0.quality.adjustedRand }, isDecimal: true),
            share("AMI against the truth", { $0.quality.adjustedMutualInformation }, isDecimal: true),
            share("moves a member and day", { $0.quality.movesPerDay }, isDecimal: true),
            share("of them back", { $0.quality.returned }),
            count("created, split, merged, retired") { Int64($0.lifecycle.count { $0.kind != "cluster_drifted" }) },
            count("drifted") { Int64($0.lifecycle.count { $0.kind == "cluster_drifted" }) },
            count("changes of members") { $0.totals.joined + $0.totals.moved + $0.totals.left + $0.totals.erased },
            count("models") { Int64($0.rows.count) },
            a.isRecorded ? nil : count("scans of all clusters") { $0.input.events - $0.input.skippedScans },
        ]
        return facts.compactMap(\.self)
    }

    /// The name of the similarity. A recorded run is compared by its last model.
    var similarityName: String {
        a.isRecorded ? "similarity in the last model" : "similarity to the own centroid"
    }

    func similarity(_ report: ReplayReport) -> Int64 {
        a.isRecorded ? report.rows.last?.similarity ?? 0 : report.quality.similarity
    }

    private static func percent(_ change: Double, _ before: Double) -> String {
        guard before != 0 else { return "" }
        let share = change / before.magnitude * 1_000_000
        guard share.magnitude < 1e12 else { return "" }
        return (change > 0 ? "+" : "") + ReportWords.share(Int64(share.rounded()))
    }

    /// The final clusters of the compared members, as shares.
    var memberFacts: [(name: String, value: String)] {
        let parts: [(String, Int64)] = [
            ("in clusters that are the same", members.same),
            ("in clusters that were split, merged or regrouped", members.regrouped),
            ("elsewhere", members.elsewhere), ("in a cluster in A only", members.onlyA),
            ("in a cluster in B only", members.onlyB), ("in none in both", members.neither),
        ]
        return parts.map { name, count in
            (name, "\(ReportWords.number(count))  (\(ReportWords.part(count, of: members.compared)))")
        }
    }

    /// The number of matches of each kind, as text.
    var matchCounts: String {
        Match.Kind.allCases.compactMap { kind in
            let count = matches.count { $0.kind == kind }
            return count > 0 ? "\(count) \(kind.rawValue)" : nil
        }.joined(separator: ", ")
    }

    /// Reasons why the runs are not fully comparable.
    var warnings: [String] {
        var warnings: [String] = []
        if a.isRecorded {
            warnings.append(
                "A is the recorded run of the live group. The profiles of its members and its work are unknown, so the "
                    + "comparison with batch k-means and the number of scans are omitted.")
        }
        if a.report.input.events != b.report.input.events {
            warnings.append(
                "The runs handled different numbers of events. Differences may have other causes than the "
                    + "settings.")
        }
        for (name, side) in [("A", a), ("B", b)] {
            warnings += side.report.notes.map { "\(name): \($0)" }
            if side.report.isInterrupted { warnings.append("\(name) was stopped before the end of its input.") }
        }
        return warnings
    }

    /// Returns the leading topics of the largest of the given clusters.
    func topics(_ ids: [ClusterID], of report: ReplayReport) -> [String] {
        let known = report.clusters.filter { ids.contains($0.id) }.sorted { $0.members > $1.members }
        return known.first?.leadingTopics ?? []
    }
}
