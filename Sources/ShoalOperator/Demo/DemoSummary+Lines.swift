import ShoalOperations
import ShoalPipeline
import ShoalSchemas

extension DemoSummary {
    /// The lines of the final summary, wrapped between words.
    /// - Parameter width: in columns; nil: not wrapped.
    func lines(width: Int?) -> [String] {
        guard let width else { return lines }
        return lines.flatMap { $0.count > width ? $0.wrappedLines(max(width, 20)) : [$0] }
    }

    private var lines: [String] {
        var lines = [work, results]
        if pure > 0 { lines.append(truth) }
        if !isInterrupted {
            lines.append(
                "Fingerprint of all changes: \(hex(state.table.fingerprint)). "
                    + "The same seed, viewers and epochs give the same fingerprint.")
        }
        let dropped = Formatting.number(state.statistics.totals.sensitiveTopics)
        lines.append(
            "Clusters below \(DemoScenario.minClusterSize) members are not shown (privacy.min-cluster-size). The sensitive "
                + "topic \(DemoScenario.sensitive) was dropped \(dropped) times.")
        lines += isInterrupted ? [] : ["", "With your own events:"] + Self.commands.map { "  \($0)" }
        return lines
    }

    /// The way to one's own application.
    private static let commands = [
        "shoal try FILE --save .   show the clusters of a file, and save settings",
        "edit shoal.properties     kafka.bootstrap.servers, privacy.key-file",
        "shoal topics create --config shoal.properties",
        "shoal run --config shoal.properties",
        "shoal changes --config shoal.properties   print what subscribers read",
    ]

    private var work: String {
        let time = Formatting.elapsed(state.elapsed)
        let viewers = Formatting.count(state.statistics.members, "viewer")
        let events = Formatting.number(state.statistics.events)
        let changes = Formatting.number(state.table.changes)
        return "\(isInterrupted ? "Stopped" : "Done") after \(time): \(events) events of \(viewers), "
            + "\(Formatting.number(repetitions)) of them duplicates, which are ignored; \(changes) changes."
    }

    private var results: String {
        let table = state.table
        func number(_ kinds: ClusterChange.Kind..., name: String) -> String {
            "\(Formatting.number(kinds.reduce(0) { $0 + table.count($1) })) \(name)"
        }
        let clusters = [
            number(.clusterCreated, name: "created"), number(.clusterSplit, name: "split"),
            number(.clusterMerged, name: "merged"), number(.clusterRetired, name: "retired"),
            number(.clusterDrifted, name: "drifted"),
            "\(Formatting.number(table.silenced.count)) now too small to be published",
        ]
        let members = [
            number(.memberJoined, name: "joined"), number(.memberMoved, name: "moved"),
            number(.memberLeft, name: "left"), number(.memberErased, name: "erased"),
        ]
        return "Clusters: \(clusters.joined(separator: ", ")). Members: \(members.joined(separator: ", "))."
    }

    private var truth: String {
        "The truth, which Shoal does not know: \(Formatting.count(tastes, "taste")). \(share(together)) of the members "
            + "of a taste are in one cluster, and \(share(amongTheirLike)) are in a cluster of mostly their taste."
    }

    private func share(_ part: Int) -> String {
        "\(Int((Double(part) / Double(pure) * 100).rounded())) %"
    }

    private func hex(_ value: UInt128) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
