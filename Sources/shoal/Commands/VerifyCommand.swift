import Foundation
import Kafka
import Operations
import Pipeline
import Replay

extension Command {
    static let verify = Command(
        name: "verify", summary: "repeat a live run, and compare all that it has published",
        options: [Option("json", nil, "the result as JSON")],
        details: """
            Reads the input from where the application began up to what its group has committed, repeats the run in memory
            with the models' recorded inclusions and settings, and compares every change byte for byte and every model by
            its content. No group is joined, and nothing is written: it may run beside the live group, also while the input
            grows. Give it the configuration that the group runs with, key included.

            Exit status 0: identical. 65: not; the first difference of each partition is told, with the input position that
            causes it. 67: it cannot be compared, because something that is needed is gone, or the configuration is
            another one.
            """,
        examples: [
            "shoal verify --config shoal.properties",
            "shoal verify --config shoal.properties --json | jq .differences",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        guard configuration.privacyKey != nil else {
            throw Configuration.Invalid(problems: [
                "privacy.key-file is not set, nor SHOAL_PRIVACY_KEY: the run's pseudonyms can only be repeated with its key"
            ])
        }
        let topics = configuration.topics
        let verification = Verification(
            application: configuration.text("application.id"),
            topics: .init(input: topics.input, output: topics.changes, models: topics.models),
            client: configuration.client(configuration.logger),
            options: try ReplayInput.replayOptions(arguments, configuration),
            isJSON: configuration.text("output.format") == "json")
        let report = try await tracked(verification.progress) { try await verification.run() }
        if verification.progress.isStopped {
            Shoal.report("stopped: nothing was compared to its end")
            return .interrupted
        }
        print(arguments.has("json") ? try report.json() : report.text)
        return report.isIdentical ? .ok : .different
    }
}
