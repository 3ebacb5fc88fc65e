import Foundation
import ShoalOperations
import ShoalOperator
import ShoalReplay
import ShoalSettings

extension Command {
    static let verify = Command(
        name: "verify", summary: "repeat a live run and compare everything that it published",
        options: [
            Option("from-checkpoint", "DIR", "start at the checkpoints in DIR, even if the input is complete"),
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

            Exit status 0: identical. 65: different; the first difference of each partition is reported with the input position
            that causes it. 67: the runs cannot be compared, because required data is missing or the configuration differs.
            """,
        examples: [
            "shoal verify --config shoal.properties",
            "shoal verify --config shoal.properties --from-checkpoint /srv/copies/monday",
            "shoal verify --config shoal.properties --json | jq .differences",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        try configuration.requireKey("verify requires the key of the run")
        let verification = Verification(
            configuration, try ReplayInput.replayOptions(arguments, configuration),
            try arguments.checkpoints(configuration))
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
}

extension Arguments {
    /// Returns the checkpoints named by `--from-checkpoint`, or those in `checkpoint.directory`.
    /// - Throws: `UsageError` if the directory does not exist.
    func checkpoints(_ configuration: Configuration) throws -> Verification.Checkpoints? {
        guard let asked = self["from-checkpoint"] else {
            return configuration[\.pipeline.checkpointDirectory].map { .init(directory: $0, isAsked: false) }
        }
        guard (try? URL(fileURLWithPath: asked).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true else {
            throw UsageError(description: "--from-checkpoint \(asked): is not a directory")
        }
        return .init(directory: asked, isAsked: true)
    }
}
