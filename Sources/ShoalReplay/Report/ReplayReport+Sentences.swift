internal import ShoalClustering
internal import ShoalSchemas

extension ReplayReport.Lifecycle {
    /// A short description of the change.
    var sentence: String {
        let topics = leadingTopics.isEmpty ? "" : ": " + leadingTopics.map(\.printable).joined(separator: ", ")
        let size = ReportWords.count(members, "member")
        switch kind {
        case "cluster_created" where origin == "split" && other != 0:
            return "\(cluster) split off \(other), \(size)\(topics)"
        case "cluster_created" where origin == "birth": return "\(cluster) was born, \(size)\(topics)"
        case "cluster_created": return "\(cluster) was created, \(size)\(topics)"
        case "cluster_split": return "\(cluster) split, \(other) came out of it, \(size) stay"
        case "cluster_merged": return "\(cluster) merged into \(other)"
        case "cluster_retired": return "\(cluster) retired"
        case "cluster_drifted": return "\(cluster) drifted\(topics)"
        default: return "\(cluster): \(kind)\(topics)"
        }
    }
}

extension ReplayReport {
    /// The history of clusters. The seeds of one model share a line, and each split is listed once.
    struct Story {
        struct Line {
            var time: Int64
            var kind: String
            var text: String
        }

        private(set) var lines: [Line] = []

        init(_ lifecycle: [Lifecycle]) {
            var seeds: [Lifecycle] = []
            func flush(_ lines: inout [Line]) {
                guard let first = seeds.first else { return }
                if seeds.count == 1 {
                    lines.append(Line(time: first.time, kind: first.kind, text: first.sentence))
                } else {
                    let members = seeds.reduce(0) { $0 + $1.members }
                    let text =
                        "\(ReportWords.count(seeds.count, "cluster")) \(ReportWords.list(seeds.map(\.cluster))) came from the "
                        + "seed, "
                        + ReportWords.count(members, "member")
                    lines.append(Line(time: first.time, kind: first.kind, text: text))
                }
                seeds = []
            }
            // Both a split and the child's creation name the child.
            var told: Set<[Int64]> = []
            for change in lifecycle where change.kind == "cluster_created" && change.origin == "split" {
                told.insert([change.version, Int64(change.cluster)])
            }
            for change in lifecycle {
                let isSeed = change.kind == "cluster_created" && change.origin == "seed"
                if let first = seeds.first, !isSeed || first.version != change.version { flush(&lines) }
                if isSeed {
                    seeds.append(change)
                } else if change.kind != "cluster_split" || !told.contains([change.version, Int64(change.other)]) {
                    lines.append(Line(time: change.time, kind: change.kind, text: change.sentence))
                }
            }
            flush(&lines)
        }
    }

    /// The number of changes of each kind, as text; empty if there are none.
    var lifecycleCounts: String {
        let words = [
            ("created", "cluster_created"), ("split", "cluster_split"), ("merged", "cluster_merged"),
            ("retired", "cluster_retired"), ("drifted", "cluster_drifted"),
        ]
        var counts: [String: Int] = [:]
        for change in lifecycle { counts[change.kind, default: 0] += 1 }
        return words.compactMap { word, kind in counts[kind].map { "\(ReportWords.number($0)) \(word)" } }
            .joined(separator: ", ")
    }

    /// The published clusters of the last model, the largest first.
    var living: [Cluster] {
        let sizes = sizesAtEnd
        return clusters.filter { sizes[$0.id] != nil }
            .sorted { $0.members != $1.members ? $0.members > $1.members : $0.id < $1.id }
    }

    /// Whether a cluster is published at the end.
    public var hasClusters: Bool { !sizesAtEnd.isEmpty }

    /// The members of each published cluster of the last model.
    var sizesAtEnd: [ClusterID: Int64] {
        guard let last = rows.last else { return [:] }
        return Dictionary(zip(last.clusters, last.members)) { first, _ in first }
    }
}

extension ReplayReport.Flows {
    /// A sentence with the numbers of members that stayed and moved.
    var sentence: String {
        var (stayed, moved, turned) = (Int64(0), Int64(0), Int64(0))
        for flow in flows {
            if flow.from == 0 || flow.to == 0 {
                turned += flow.members
            } else if flow.from == flow.to {
                stayed += flow.members
            } else {
                moved += flow.members
            }
        }
        let all = stayed + moved + turned + hidden
        func part(_ count: Int64) -> String { ReportWords.part(count, of: all) }
        var parts = ["\(part(stayed)) stayed in their cluster", "\(part(moved)) moved to another cluster"]
        if turned > 0 { parts.append("\(part(turned)) joined or left a cluster") }
        if hidden > 0 { parts.append("\(part(hidden)) are in flows that are too small to be shown") }
        let last = parts.removeLast()
        return "Of \(ReportWords.count(all, "member")) \(parts.joined(separator: ", ")), and \(last)."
    }
}

extension String {
    /// The last component of a path.
    var lastName: String { split(separator: "/").last.map(String.init) ?? self }
}
