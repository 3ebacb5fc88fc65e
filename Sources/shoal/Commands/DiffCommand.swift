import Clustering
import Foundation
import Operations
import Replay

extension Command {
    static let diff = Command(
        name: "diff", summary: "run the engine twice over one input, with two configurations, and compare",
        arguments: ["FILE"],
        options: ReplayInput.options + ReportOutput.options + [
            Option("with", "KEY=VALUE", "a setting of B; may be repeated"),
            Option("with-config", "FILE", "the settings of B are in FILE, and not those of A"),
            ViewerTruth.option,
        ],
        details: """
            A is what --config and --set say; B is A with the settings of --with, or what --with-config says with them on
            top. Both run in memory over exactly the same records, like `shoal replay`, and nothing is written.

            \(ReplayInput.details)

            The report tells which settings differ, which clusters correspond (a cluster goes with the one that holds at
            least half of its members, in either direction), how many members end elsewhere, how often members move, how
            good the clusters are, and how much work it was. Combinations of fewer members than `privacy.min-cluster-size`
            are only counted. JSON holds the reports of both runs: schemas/diff_report.schema.json describes it. The page
            stands alone: it fetches nothing, and holds no script.
            """,
        examples: [
            "shoal diff events.ndjson.gz --config shoal.properties --with profile.half-life=14d",
            "shoal diff --config shoal.properties --with-config next.properties --html diff.html",
            "shoal diff --config shoal.properties --from 2026-11-01T00:00:00Z --with clusters.max=64 --json",
        ]
    ) { arguments in
        guard arguments.has("with") || arguments.has("with-config") else {
            throw UsageError(description: "shoal diff: B is missing: --with KEY=VALUE, or --with-config FILE")
        }
        let output = try ReportOutput(arguments)
        let first = try arguments.configuration()
        let second = try arguments.configuration(file: arguments["with-config"], sets: arguments.all("with"))
        let a = try await ReplayInput(arguments, first)
        var b = a
        b.options = try ReplayInput.replayOptions(arguments, second)
        // The same records, and the same pseudonyms.
        (b.options.partitions, b.options.key) = (a.options.partitions, a.options.key)
        guard a.options.settings != b.options.settings || a.options.vocabulary != b.options.vocabulary else {
            throw UsageError(
                description: "shoal diff: A and B are the same: no setting that reaches the result differs")
        }
        let truth = try arguments["truth"].map { try ViewerTruth($0, key: a.options.key).groups }
        let resultOfA = try await run(a, "A", truth)
        guard !resultOfA.report.isInterrupted else {
            Shoal.report("stopped before B was run: there is nothing to compare")
            return .interrupted
        }
        let resultOfB = try await run(b, "B", truth)
        let report = DiffReport(
            a: .init(name: arguments["config"] ?? "the defaults", report: resultOfA.report),
            b: .init(name: nameOfB(arguments), report: resultOfB.report),
            places: counts(resultOfA.places, resultOfB.places),
            least: max(a.options.settings.minClusterSize, b.options.settings.minClusterSize))
        try output.give(text: report.text, json: report.json, html: report.html)
        return .ok
    }

    private static func run(_ input: ReplayInput, _ name: String, _ truth: [Pseudonym: Int32]?) async throws
        -> ReplayResult
    {
        if StandardStream.error.isTerminal { Shoal.report("run \(name):") }
        var replay = Replay(input.options)
        replay.keepsPlaces = true
        var result = try await input.run(replay)
        result.measureQuality(truth: truth)
        return result
    }

    private static func nameOfB(_ arguments: Arguments) -> String {
        let changed = arguments.all("with").joined(separator: ", ")
        guard let file = arguments["with-config"] else { return "with \(changed)" }
        return changed.isEmpty ? file : "\(file) with \(changed)"
    }

    /// How many members end in each pair of clusters.
    private static func counts(
        _ a: [Pseudonym: ClusterID], _ b: [Pseudonym: ClusterID]
    ) -> [(a: ClusterID, b: ClusterID, members: Int64)] {
        var counts: [[ClusterID]: Int64] = [:]
        for (member, cluster) in a { counts[[cluster, b[member] ?? 0], default: 0] += 1 }
        for (member, cluster) in b where a[member] == nil { counts[[0, cluster], default: 0] += 1 }
        return counts.map { (a: $0.key[0], b: $0.key[1], members: $0.value) }
    }
}
