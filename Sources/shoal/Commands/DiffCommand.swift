import ShoalClustering
import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalReplay
import ShoalSettings

extension Command {
    static let diff = Command(
        name: "diff", summary: "compare two configurations, or this release with a recorded run",
        arguments: ["FILE"],
        options: ReplayInput.options + ReportOutput.options + [
            Option("with", "KEY=VALUE", "a setting of B; may be repeated", isRepeatable: true),
            Option("with-config", "FILE", "read the settings of B from FILE instead of using those of A"),
            Option("recorded", nil, "compare with the recorded run of the live group as A"),
            ReportOutput.truth,
        ],
        details: """
            A has the settings of --config and --set. B has the same settings and those of --with, or the settings of
            --with-config and those of --with. Both run in memory on exactly the same records, like `shoal replay`, and nothing
            is written.

            \(ReplayInput.details)

            With --recorded, A is the run of the live group, possibly by another release, as recorded in its models and published
            changes up to its committed position. B is this program with the given configuration on the same records. Input,
            models and output must be complete from the beginning (otherwise the exit status is 67), and the key is required.

            The report lists the settings that differ, the clusters that correspond (a cluster corresponds to the one that holds
            at least half of its members, in either direction), the number of members that end in other clusters, moves, quality
            and cost. Combinations of fewer members than `privacy.min-cluster-size` are only counted. JSON holds the reports of
            both runs; schemas/diff_report.schema.json describes it. The HTML page is self-contained and has no scripts.
            """,
        examples: [
            "shoal diff events.ndjson.gz --config shoal.properties --with profile.half-life=14d",
            "shoal diff --config shoal.properties --with-config next.properties --html diff.html",
            "shoal diff --config shoal.properties --from 2026-11-01T00:00:00Z --with clusters.max=64 --json",
            "shoal diff --config shoal.properties --recorded --html upgrade.html",
        ]
    ) { arguments in
        if arguments.has("recorded") { return try await recorded(arguments) }
        guard arguments.has("with") || arguments.has("with-config") else {
            throw UsageError(
                description: "shoal diff: B is missing: --with KEY=VALUE, --with-config FILE, or --recorded")
        }
        let output = try ReportOutput(arguments)
        let first = try arguments.configuration()
        let second = try arguments.configuration(file: arguments["with-config"], sets: arguments.all("with"))
        let a = try await ReplayInput(arguments, first)
        var b = a
        b.options = try ReplayInput.replayOptions(arguments, second)
        // The same records and the same pseudonyms.
        (b.options.partitions, b.options.key) = (a.options.partitions, a.options.key)
        guard a.options.settings != b.options.settings || a.options.vocabulary != b.options.vocabulary else {
            throw UsageError(
                description: "shoal diff: A and B are the same: no setting that affects the result differs")
        }
        let comparison = ReplayComparison(
            a.source, a: (arguments["config"] ?? "the defaults", a.options), b: (nameOfB(arguments), b.options),
            truth: try arguments["truth"].map { try ViewerTruth($0, key: a.options.key).groups })
        guard let report = try await comparison.run(limit: arguments.stallLimit()) else {
            Program.report("stopped before B ran: there is nothing to compare")
            return .interrupted
        }
        try output.give(text: report.text, json: report.json, html: report.html)
        return .ok
    }

    /// Compares with the live group's run.
    private static func recorded(_ arguments: Arguments) async throws -> ExitCode {
        if let name = ["topic", "from", "to", "epochs", "partitions"].first(where: arguments.has) {
            throw UsageError(
                description: "--\(name) cannot be used with --recorded: the input is that of the live group")
        }
        if let file = arguments.positional.first {
            throw UsageError(
                description: "--recorded compares with the run of a live group on its topic, but \(file) is a file")
        }
        let output = try ReportOutput(arguments)
        let first = try arguments.configuration()
        let second = try arguments.configuration(file: arguments["with-config"], sets: arguments.all("with"))
        try first.requireKey("diff --recorded requires the key of the run")
        var options = try ReplayInput.replayOptions(arguments, second)
        let running = try ReplayInput.replayOptions(arguments, first)
        (options.key, options.input) = (running.key, running.input)
        let application = first[\.applicationID]
        let comparison = RecordedComparison(first, options)
        let truth = try arguments["truth"].map { try ViewerTruth($0, key: options.key).groups }
        let (a, b) = try await tracked(comparison.progress, limit: arguments.stallLimit(), isWhole: true) {
            try await comparison.run(truth: truth)
        }
        guard !comparison.progress.isStopped else {
            Program.report("stopped before the end of the input: there is nothing to compare")
            return .interrupted
        }
        let with = arguments.has("with") || arguments.has("with-config")
        let report = DiffReport(
            a: .init(name: "the recorded run of \(application)", report: a.report, isRecorded: true),
            b: .init(name: with ? nameOfB(arguments) : arguments["config"] ?? "this configuration", report: b.report),
            places: DiffReport.places(a.places, b.places), least: options.settings.minClusterSize)
        try output.give(text: report.text, json: report.json, html: report.html)
        return .ok
    }

    private static func nameOfB(_ arguments: Arguments) -> String {
        let changed = arguments.all("with").joined(separator: ", ")
        guard let file = arguments["with-config"] else { return "with \(changed)" }
        return changed.isEmpty ? file : "\(file) with \(changed)"
    }
}
