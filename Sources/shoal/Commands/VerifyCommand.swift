import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalReplay
import ShoalSchemas

extension Command {
    static let verify = Command(
        name: "verify", summary: "repeat a live run and compare everything that it published",
        options: [
            Option("from-checkpoint", "DIR", "start at the checkpoints in DIR, even if the input is complete"),
            Option("without", "ID", "leave this viewer out; `-` reads the id from standard input"),
            Option("without-file", "FILE", "leave viewers out: ids from FILE, one on each line"), .reason(.verify),
            Option("json", nil, "print the result as JSON"), .stall,
        ],
        details: """
            Reads the input from the application's first offset to its group's committed offsets, repeats the run in memory with
            the recorded inputs and settings of each model, and compares every change byte by byte and every model by its
            content. It joins no group and writes nothing, so it can run beside the live group while the input grows. Use the
            configuration of the group, including the key.

            If retention has deleted the beginning of the input, each partition starts at its checkpoint in
            `checkpoint.directory`; --from-checkpoint names another directory, for example one with copies from all hosts.
            Changes are compared from there on, and models from the first one whose epoch deltas are all after the checkpoints;
            earlier models are used as recorded. The result states where the comparison starts.

            --without repeats the run as if the viewer had never been, and says from which epoch on the models are the same as
            the recorded ones: from then on nothing of the viewer is left in them. It tells nothing else of the viewer, and the
            same of an id that is in no record as of a viewer who was in no model: no difference. It needs the whole input, and
            --reason: it writes a line to `audit.file` before it reads anything.

            Exit status 0: identical, with --without at the end. 65: different; the first difference of each partition is reported with the input position
            that causes it. 67: the runs cannot be compared, because required data is missing or the configuration differs.
            """,
        examples: [
            "shoal verify --config shoal.properties",
            "shoal verify --config shoal.properties --from-checkpoint /srv/copies/monday",
            "shoal verify --config shoal.properties --json | jq .differences",
            "shoal verify --config shoal.properties --without - --reason 'request 81' < viewer.txt",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        try configuration.requireKey("verify requires the key of the run")
        let verification = Verification(
            configuration, try ReplayInput.replayOptions(arguments, configuration),
            try .init(configuration, asked: arguments["from-checkpoint"]))
        if arguments.has("without") || arguments.has("without-file") {
            return try await verify(verification, arguments, configuration)
        }
        let report = try await tracked(verification.progress, limit: arguments.stallLimit(), isWhole: true) {
            try await verification.run()
        }
        if verification.progress.isStopped {
            Program.report("stopped: the comparison is incomplete")
            return .interrupted
        }
        if arguments.has("json") { Output.json(try report.json()) } else { Output.line(report.text) }
        return report.isIdentical ? .ok : .different
    }
    /// Leaves viewers out, and prints from where on the models are the same.
    private static func verify(
        _ verification: Verification, _ arguments: Arguments, _ configuration: Configuration
    ) async throws -> ExitCode {
        let access = try arguments.access(.verify, configuration)
        let viewers = try arguments.viewers("verify", "without", file: "without-file")
        try access.record(members: try configuration.pseudonyms(of: viewers))
        let unlearning = Unlearning(verification, without: viewers)
        let report = try await tracked(unlearning.progress, limit: arguments.stallLimit(), isWhole: true) {
            try await unlearning.run()
        }
        if arguments.has("json") { Output.json(try report.json()) } else { Output.line(report.text) }
        return report.isForgotten ? .ok : .different
    }
}
