import ShoalOperations
import ShoalOperator
import ShoalReplay

extension Command {
    static let replay = Command(
        name: "replay", summary: "run the engine on a file or a range of a topic, and print a report",
        arguments: ["FILE"],
        options: ReplayInput.options + ReportOutput.options + [
            ReportOutput.truth,
            Option("expect-clusters", nil, "end with 67 if no cluster is published at the end"),
            Option("members", "FILE", "write the final memberships, as NDJSON or CSV (by the name)"), .reason(.replay),
            Option("publish-to", "T", "write the changes to this topic, which must exist"),
        ],
        details: """
            Runs in memory, on all cores, much faster than real time. It joins no group, commits no offsets, and writes to no
            topic except that of --publish-to. The same input and settings give the same report, byte for byte.

            \(ReplayInput.details)

            All settings that reach the result apply, such as `topics.file`, `profile.half-life` and `privacy.min-cluster-size`;
            `shoal config docs` marks them. Clusters with fewer members than `privacy.min-cluster-size` are counted, but not
            described. --members writes the published cluster of each eligible viewer at the end, by the pseudonym under which the
            output has it, which needs the key. It shows data of persons: it needs --reason, and writes a line to `audit.file`
            before it reads anything. Ctrl-C stops the replay and prints a report of the part that was done.

            JSON uses the names of the output topic; times are milliseconds since 1970, shares and similarities millionths.
            schemas/replay_report.schema.json describes it. The HTML page is self-contained and has no scripts.
            """,
        examples: [
            "shoal replay events.ndjson.gz --set topics.file=topics.txt",
            "shoal replay events.ndjson.gz --set topics.file=topics.txt --html report.html",
            "shoal replay --config shoal.properties --from 2026-11-01T00:00:00Z --json > report.json",
            "shoal replay events.ndjson.gz --epochs given --partitions 16 --set epoch.length=1d",
            "shoal replay --config shoal.properties --set profile.half-life=14d --publish-to what-if",
            "shoal replay events.ndjson.gz --config shoal.properties --members members.csv --reason 'campaign 12'",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let output = try ReportOutput(arguments)
        for option in ["publish-to", "members"] where arguments.has(option) {
            try configuration.requireKey(
                "--\(option) writes pseudonyms, which need a key. Use the key of the application. "
                    + Configuration.keyAdvice)
        }
        let access = try arguments.has("members") ? arguments.access(.replay, configuration) : nil
        let input = try await ReplayInput(arguments, configuration)
        try access?.record(what: "the cluster of each member, written to \(arguments["members"] ?? "")")
        let truth = try arguments["truth"].map { try ViewerTruth($0, key: input.options.key) }
        var replay = Replay(input.options)
        replay.keepsPlaces = arguments.has("members")
        var publisher: ChangePublisher?
        if let topic = arguments["publish-to"] {
            publisher = try await ChangePublisher(topic, configuration, key: input.options.key)
            if let publisher { replay = replay.publishing(to: publisher) }
        }
        var result: ReplayResult
        do {
            result = try await input.run(replay)
            try publisher?.finish()
        } catch {
            if let publisher { Program.report(publisher.text) }
            throw error
        }
        if let publisher { Program.report(publisher.text) }
        result.measureQuality(truth: truth?.groups)
        let report = result.report
        try output.give(text: report.text, json: report.json, html: report.html)
        if let path = arguments["members"] {
            let file = MembershipFile(result, key: input.options.key, .init(path: path))
            try OutputFile.save(file.bytes, to: path)
        }
        guard arguments.has("expect-clusters"), !report.hasClusters else { return .ok }
        Program.report("no cluster at the end, but --expect-clusters was given; the report's notes say why")
        return .incomparable
    }
}
