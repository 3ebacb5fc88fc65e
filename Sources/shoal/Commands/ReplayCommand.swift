import Foundation
import ShoalClient
import ShoalKafka
import ShoalOperations
import ShoalReplay

extension Command {
    static let replay = Command(
        name: "replay", summary: "run the engine over a file or a range of a topic, and report what it does",
        arguments: ["FILE"],
        options: ReplayInput.options + ReportOutput.options + [
            ViewerTruth.option,
            Option("publish-to", "T", "write the changes to this topic, which has to exist"),
        ],
        details: """
            Runs in memory, on all cores, many times faster than real time: no group is joined, no offset committed, and
            no topic written (but that of --publish-to). The same input with the same settings gives the same report to
            the byte.

            \(ReplayInput.details)

            What the settings say is what is done: `topics.file`, `profile.half-life`, `privacy.min-cluster-size` and the
            others that `shoal config docs` says reach the result. Clusters with fewer members than
            `privacy.min-cluster-size` are counted, and not told of. Ctrl-C stops, and reports what was done.

            JSON names things as the output topic does; times are milliseconds since 1970, shares and similarities
            millionths: schemas/replay_report.schema.json describes it. The page stands alone: it fetches nothing, and
            holds no script.
            """,
        examples: [
            "shoal replay events.ndjson.gz --set topics.file=topics.txt",
            "shoal replay events.ndjson.gz --set topics.file=topics.txt --html report.html",
            "shoal replay --config shoal.properties --from 2026-11-01T00:00:00Z --json > report.json",
            "shoal replay events.ndjson.gz --epochs given --partitions 16 --set epoch.length=1d",
            "shoal replay --config shoal.properties --set profile.half-life=14d --publish-to what-if",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let output = try ReportOutput(arguments)
        let input = try await ReplayInput(arguments, configuration)
        let truth = try arguments["truth"].map { try ViewerTruth($0, key: input.options.key) }
        var replay = Replay(input.options)
        var publisher: ChangePublisher?
        if let topic = arguments["publish-to"] {
            let client = configuration.client(configuration.logger)
            guard try await Admin(client).partitions(of: topic, timeout: .seconds(10)) != nil else {
                throw UnknownTopic(topic: topic)
            }
            publisher = try ChangePublisher(
                topic, client: client, isJSON: configuration.text("output.format") == "json")
            if let publisher { replay = replay.publishing(to: publisher) }
        }
        var result: ReplayResult
        do {
            result = try await input.run(replay)
            try publisher?.finish()
        } catch {
            if let publisher { Shoal.report(publisher.text) }
            throw error
        }
        if let publisher { Shoal.report(publisher.text) }
        result.measureQuality(truth: truth?.groups)
        let report = result.report
        try output.give(text: report.text, json: report.json, html: report.html)
        return .ok
    }
}
