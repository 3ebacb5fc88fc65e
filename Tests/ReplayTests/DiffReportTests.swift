import Foundation
import ShoalClustering
import Testing

@testable import ShoalReplay

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Comparison of two runs")
struct DiffReportTests {
    typealias Count = (a: ClusterID, b: ClusterID, members: Int64)

    /// Returns a report whose last model has clusters of these sizes.
    private static func report(_ sizes: [(ClusterID, Int64)]) -> ReplayReport {
        var report = MadeReport(clusters: 0, rows: 5, passing: 0).report
        let last = report.rows.count - 1
        for (id, members) in sizes {
            var cluster = ReplayReport.Cluster(id: id, created: report.rows[2].version, origin: "seed", parent: 0)
            (cluster.members, cluster.peak, cluster.leadingTopics) = (members, members, ["<b>topic \(id)</b>"])
            report.clusters.append(cluster)
            report.rows[last].clusters.append(id)
            report.rows[last].members.append(members)
        }
        report.rows[last].eligible = sizes.reduce(500) { $0 + $1.1 }
        report.digest = "\(sizes)"
        return report
    }

    private static func diff(_ counts: [Count], least: Int64 = 100) -> DiffReport {
        func sizes(_ id: (Count) -> ClusterID) -> [(ClusterID, Int64)] {
            Set(counts.map(id)).filter { $0 != 0 }.sorted().map { cluster in
                (cluster, counts.filter { id($0) == cluster }.reduce(0) { $0 + $1.members })
            }
        }
        return DiffReport(
            a: .init(name: "A.properties", report: report(sizes(\.a))),
            b: .init(name: "<B>", report: report(sizes(\.b))), places: counts, least: least)
    }

    @Test("clusters correspond if one contains at least half of the other")
    func kinds() {
        let diff = Self.diff([
            (1, 11, 500), (1, 0, 300),  // the same, fewer
            (2, 12, 400), (2, 13, 350),  // split
            (3, 14, 300), (4, 14, 290),  // merged
            (5, 0, 90), (5, 11, 60), (5, 12, 50),  // ended
            (0, 16, 220), (0, 0, 40),  // new
        ])
        let found = Dictionary(uniqueKeysWithValues: diff.matches.map { ($0.a + [0] + $0.b, $0) })
        #expect(found[[1, 0, 11]]?.kind == .same)
        #expect(found[[2, 0, 12, 13]]?.kind == .split)
        #expect(found[[3, 4, 0, 14]]?.kind == .merged)
        #expect(found[[5, 0]]?.kind == .gone)
        #expect(found[[0, 16]]?.kind == .new)
        #expect(found.count == 5, "\(diff.matches)")
        #expect(found[[1, 0, 11]]?.membersOfA == 800 && found[[1, 0, 11]]?.membersOfB == 560)
        #expect(found[[2, 0, 12, 13]]?.shared == 750)
        let members = diff.members
        #expect(members.same == 500 && members.regrouped == 750 + 590)
        #expect(members.elsewhere == 110 && members.onlyA == 390 && members.onlyB == 220 && members.neither == 40)
        #expect(diff.flows.count == 7 && diff.hidden == 90 + 60 + 50 + 40)
    }

    @Test("a cluster that is regrouped with another is neither split nor merged")
    func regrouped() {
        let diff = Self.diff([(1, 1, 600), (1, 2, 100), (2, 1, 500), (2, 2, 150)])
        #expect(diff.matches.map(\.kind) == [.regrouped])
        #expect(diff.members.regrouped == 1_350)
    }

    @Test("comparing B with A mirrors comparing A with B", arguments: 1...20 as ClosedRange<UInt64>)
    func mirrored(seed: UInt64) {
        var draws = SplitMix64(seed: seed)
        var counts: [Count] = []
        for a in 0...12 as ClosedRange<ClusterID> {
            for b in 0...9 as ClosedRange<ClusterID> where draws.uniform() < 0.4 {
                counts.append((a, b, Int64(1 + draws.uniform() * draws.uniform() * 1_000)))
            }
        }
        let there = Self.diff(counts)
        let back = Self.diff(counts.map { ($0.b, $0.a, $0.members) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) })
        let all = counts.reduce(0) { $0 + $1.members }
        let parts = there.members
        #expect(parts.compared == all)
        #expect(
            parts.same + parts.regrouped + parts.elsewhere + parts.onlyA + parts.onlyB + parts.neither == all,
            "seed \(seed)")
        #expect(there.flows.reduce(there.hidden) { $0 + $1.members } == all)
        #expect(there.flows.allSatisfy { $0.members >= 100 })
        #expect(parts.same == back.members.same && parts.regrouped == back.members.regrouped)
        #expect(parts.elsewhere == back.members.elsewhere && parts.onlyA == back.members.onlyB)
        let kinds: [DiffReport.Match.Kind: DiffReport.Match.Kind] = [
            .split: .merged, .merged: .split, .gone: .new, .new: .gone, .same: .same, .regrouped: .regrouped,
        ]
        let mirrored = Set(back.matches.map { "\($0.b) \(kinds[$0.kind]?.rawValue ?? "") \($0.a) \($0.shared)" })
        #expect(
            Set(there.matches.map { "\($0.a) \($0.kind.rawValue) \($0.b) \($0.shared)" }) == mirrored, "seed \(seed)")
        for match in there.matches {
            #expect(match.shared <= min(match.membersOfA, match.membersOfB))
        }
        let named = there.matches.flatMap(\.a)
        #expect(Set(named).count == named.count, "each cluster stands in one match")
        #expect(Set(named) == Set(counts.map(\.a)).subtracting([0]))
    }

    @Test("only different settings are listed")
    func settings() {
        var (a, b) = (Self.report([(1, 500)]), Self.report([(1, 500)]))
        a.settings = [
            .init(name: "clusters.count", value: "8"), .init(name: "x", value: "1"), .init(name: "y", value: "2"),
        ]
        b.settings = [
            .init(name: "member.ttl", value: "7d"), .init(name: "x", value: "1"), .init(name: "y", value: "3"),
        ]
        let diff = DiffReport(
            a: .init(name: "a", report: a), b: .init(name: "b", report: b), places: [(1, 1, 500)], least: 1)
        #expect(diff.settings.map(\.name) == ["clusters.count", "member.ttl", "y"])
        #expect(diff.settings.map(\.a) == ["8", nil, "2"] && diff.settings.map(\.b) == [nil, "7d", "3"])
        #expect(diff.isSame, "the digests are the same")
        #expect(diff.text().contains("All decisions are the same"))
    }

    @Test("text and page contain the numbers, escape names, and are reproducible")
    func shown() throws {
        let diff = Self.diff([(1, 11, 5_432), (2, 12, 1_234), (2, 11, 700), (0, 0, 321)])
        let (text, html) = (diff.text(width: 90), diff.html())
        for number in ["5,432", "1,234", "1,934", "6,132", "7,687"] {
            #expect(text.contains(number), "\(number) in\n\(text)")
            #expect(html.contains(number), "\(number)")
        }
        for line in text.split(separator: "\n") { #expect(line.columns <= 90, "\(line)") }
        #expect(html.contains("&lt;b&gt;topic 1&lt;/b&gt;") && !html.contains("<b>topic"))
        #expect(html.contains("&lt;B&gt;") && !html.contains("<B>"))
        #expect(XMLParser(data: Data(html.utf8)).parse())
        #expect(diff.html() == html && diff.text(width: 90) == text)
        #expect(try DiffReport(json: diff.json()) == diff)
        #expect(XMLParser(data: Data(Self.diff([]).html().utf8)).parse(), "nothing to compare")
    }
}
