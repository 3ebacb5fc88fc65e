import ShoalClustering

@testable import ShoalReplay

/// Synthetic reports of any size, to test charts.
struct MadeReport: Sendable {
    var clusters = 16
    var rows = 180
    /// The number of short-lived clusters.
    var passing = 6
    var names: @Sendable (Int) -> String = { "topic \($0)" }
    var seed: UInt64 = 1

    static let hour: Int64 = 3_600_000
    static let first: Epoch = 490_896

    /// Names that would do harm if interpreted as markup or as terminal control sequences.
    static let hostile = [
        "<script>alert(1)</script>", "\"onload=alert(1) x=\"", "'><img src=x onerror=alert(1)>", "]]></style><script>",
        "&lt;b&gt;&#x3c;", "\u{1B}[31mred\u{1B}]0;title\u{07}", "new\nline\ttab", "\u{202E}evil\u{2066}",
        "猫と犬の動画を見る人たち",
        "\u{FFFE}\u{FFFF}", "\u{0}", String(repeating: "long", count: 60),
    ]

    var report: ReplayReport {
        var draws = SplitMix64(seed: seed)
        func below(_ count: Int) -> Int { Int(draws.uniform() * Double(count)) }
        var report = ReplayReport()
        report.input.name = names(0)
        report.input.partitions = 4
        report.input.ranges = [.init(partition: 0, from: 3, to: 900), .init(partition: 1, from: 0, to: 1_000)]
        report.input.firstTime = Self.first * Self.hour
        report.input.lastTime = (Self.first + Int64(rows)) * Self.hour - 1
        report.input.rejected = [names(1): 3, "json": 1]
        report.settings = [.init(name: "profile.half-life", value: "1d"), .init(name: names(2), value: names(3))]
        report.digest = String(repeating: "5a", count: 32)
        report.notes = ["a note about " + names(4)]

        var living: [Int] = []
        func create(_ origin: String, _ parent: ClusterID, _ version: Epoch) {
            let id = ClusterID(report.clusters.count + 1)
            var cluster = ReplayReport.Cluster(id: id, created: version, origin: origin, parent: parent)
            cluster.members = Int64(200 + below(3_000))
            cluster.cohesion = Int64(300_000 + below(600_000))
            cluster.leadingTopics = (0..<5).map { names(Int(id) + $0) }
            cluster.branchTopics = (0..<3).map { names(Int(id) + 5 + $0) }
            cluster.branchClusters = [ClusterID(1 + below(clusters))]
            living.append(report.clusters.count)
            report.clusters.append(cluster)
            report.lifecycle.append(
                .init(
                    kind: "cluster_created", version: version, time: (version + 1) * Self.hour, cluster: id,
                    origin: origin,
                    other: parent, members: cluster.members, leadingTopics: cluster.leadingTopics))
        }
        func end(_ index: Int, _ version: Epoch, _ survivor: ClusterID) {
            report.clusters[index].ended = version
            report.clusters[index].survivor = survivor
            living.removeAll { $0 == index }
            report.lifecycle.append(
                .init(
                    kind: survivor == 0 ? "cluster_retired" : "cluster_merged", version: version,
                    time: (version + 1) * Self.hour, cluster: report.clusters[index].id, origin: nil, other: survivor,
                    members: 0, leadingTopics: []))
        }
        for step in 0..<rows {
            let version = Self.first + Int64(step)
            if step == 2 { for _ in 0..<clusters { create("seed", 0, version) } }
            if step > 4, passing > 0, step % max(rows / (passing + 1), 1) == 0, !living.isEmpty {
                let parent = report.clusters[living[below(living.count)]].id
                if step % 2 == 0 { create("split", parent, version) } else { create("birth", 0, version) }
                if living.count > clusters {
                    let index = living[below(living.count)]
                    let survivor = living.first { $0 != index }
                    end(index, version, step % 3 == 0 ? 0 : survivor.map { report.clusters[$0].id } ?? 0)
                }
                report.lifecycle.append(
                    .init(
                        kind: "cluster_drifted", version: version, time: (version + 1) * Self.hour, cluster: parent,
                        origin: nil, other: 0, members: 9, leadingTopics: [names(7)]))
            }
            var row = ReplayReport.Row(version: version, time: (version + 1) * Self.hour)
            row.events = 1_000
            row.withheld = 1
            row.unassigned = Int64(300 + below(90))
            for index in living {
                report.clusters[index].members = max(100, report.clusters[index].members + Int64(below(41) - 20))
                report.clusters[index].peak = max(report.clusters[index].peak, report.clusters[index].members)
                row.clusters.append(report.clusters[index].id)
                row.members.append(report.clusters[index].members)
            }
            row.eligible = row.members.reduce(row.unassigned + 40, +)
            row.moved = Int64(below(200))
            row.returned = row.moved / 9
            row.similarity = 700_000
            report.input.events += row.events
            report.totals.moved += row.moved
            report.totals.returned += row.returned
            report.rows.append(row)
        }
        report.input.skippedScans = report.input.events / 2
        addFlows(to: &report, living.map { report.clusters[$0].id })
        report.quality.sampled = 20_000
        report.quality.similarity = 712_345
        report.quality.batchSimilarity = 723_001
        report.quality.objective = 985_261
        report.quality.movesPerDay = 287_123
        return report
    }

    private func addFlows(to report: inout ReplayReport, _ living: [ClusterID]) {
        guard let last = report.rows.last else { return }
        var flows: [ReplayReport.Flows.Flow] = []
        for (place, cluster) in living.enumerated() {
            flows.append(.init(from: cluster, to: cluster, members: 900))
            flows.append(.init(from: cluster, to: living[(place + 1) % living.count], members: 130 + Int64(place)))
        }
        flows.append(.init(from: 0, to: living.first ?? 0, members: 250))
        let middle = Self.first + Int64(rows / 2)
        report.flows = .init(
            from: middle, to: last.version, fromTime: middle * Self.hour, toTime: last.time,
            flows: flows.sorted { ($0.from, $0.to) < ($1.from, $1.to) }, hidden: 77)
    }
}
