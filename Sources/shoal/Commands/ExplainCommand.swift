import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalReplay
import ShoalSchemas
import ShoalSettings

extension Command {
    static let explain = Command(
        name: "explain", summary: "explain why a member of a live run moved",
        options: [
            Option("member", "HEX", "the pseudonym, 32 hexadecimal digits"),
            Option("viewer", "ID", "the viewer's id; `-` reads it from standard input"),
            Option("viewer-file", "FILE", "read the viewer's id from FILE"),
            Option("change", "HEX", "the change_id of a change of a member"),
            .reason(.explain),
            Option("all", nil, "show every event of the member, not only those that changed its cluster"),
            Option("limit", "N", "show the last N steps (10)"),
            Option("from-checkpoint", "DIR", "start at the checkpoints in DIR instead of the beginning of the input"),
            Option("json", nil, "print JSON"), .stall,
        ],
        details: """
            Replays the input with the recorded models and shows, for one member, the data behind each decision: the topics of
            the event, the weights of the profile, the scores of the best clusters before and after, and the model. The key of
            the run is required. Because the command shows data of one person, each call writes a line to `audit.file` before it
            reads anything: time, user, pseudonym and reason. If retention has deleted the beginning of the input, it starts at
            the checkpoints in `checkpoint.directory`.

            Other users of a machine can see the arguments of a running command. To hide a viewer's id from them, put it into a
            file or on standard input: one id, with or without a newline.
            """,
        examples: [
            "shoal explain --config shoal.properties --viewer - --reason 'ticket 4711' < viewer.txt",
            "shoal explain --config shoal.properties --change 59ba0c… --reason 'ticket 4711' --json",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let access = try arguments.access(.explain, configuration)
        let explanation = Explanation(
            configuration, try ReplayInput.replayOptions(arguments, configuration),
            try .init(configuration, asked: arguments["from-checkpoint"]))
        let (subject, wanted) = try await subject(arguments, configuration, explanation)
        let member = try configuration.pseudonym(of: subject)
        try access.record(members: [member])
        let report = try await tracked(explanation.progress, limit: arguments.stallLimit(), isWhole: true) {
            try await explanation.explain(subject, wanted)
        }
        guard !explanation.progress.isStopped else { throw Interrupted() }
        guard let report else {
            Program.report("\(member) is in no event that was read from \(configuration[\.inputTopic])")
            return .noInput
        }
        if arguments.has("json") { Output.json(try report.json()) } else { Output.line(report.text) }
        return .ok
    }

    /// Returns the member named by the arguments, and the steps to show.
    private static func subject(
        _ arguments: Arguments, _ configuration: Configuration, _ explanation: Explanation
    ) async throws -> (Explanation.Subject, Explanation.Selection) {
        guard ["member", "viewer", "viewer-file", "change"].count(where: { arguments.has($0) }) == 1 else {
            throw UsageError(description: "shoal explain: give one of --member, --viewer, --viewer-file and --change")
        }
        if arguments.has("change"), let name = ["all", "limit"].first(where: arguments.has) {
            throw UsageError(description: "--\(name) cannot be used with --change, which selects one step")
        }
        let limit = try arguments.integer("limit", or: 10)
        let wanted: Explanation.Selection = arguments.has("all") ? .all(max(limit, 1)) : .changes(max(limit, 1))
        if let viewer = try ViewerIDs.one(arguments["viewer"], file: arguments["viewer-file"]) {
            return (.viewer(viewer), wanted)
        }
        if let text = arguments["member"] {
            guard let member = Hex.pseudonym(text) else {
                throw UsageError(description: "--member \(text): must be 32 hexadecimal digits")
            }
            return (.published(member), wanted)
        }
        let text = arguments["change"] ?? ""
        guard let id = Hex.pseudonym(text) else {
            throw UsageError(description: "--change \(text): must be 32 hexadecimal digits")
        }
        guard let change = try await explanation.change(id) else {
            throw ReplayError(
                .input, "no change of a member in \(configuration[\.outputTopic]) has the change_id \(text)")
        }
        return (.published(change.member), .step(partition: change.partition, offset: change.offset))
    }
}
