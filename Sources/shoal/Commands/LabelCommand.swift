import ShoalOperations
import ShoalOperator

extension Command {
    static let label = Command(
        name: "label", summary: "give a published cluster a label that readers show", arguments: ["CLUSTER", "TEXT"],
        options: [
            Option("reason", "TEXT", "why you do it; it is written to the audit log, and a proposal's to the topic"),
            Option("approve", nil, "approve the label that another user has proposed"),
            Option("remove", nil, "remove the label"),
            Option("list", nil, "list all labels"),
            Option("json", nil, "with --list: print one line of JSON for each label"),
        ], details: LabelCommandHelp.details, examples: LabelCommandHelp.examples
    ) { arguments in
        let acts = ["approve", "remove", "list"].filter(arguments.has)
        let text = arguments.positional.dropFirst().first
        guard acts.count <= 1, !arguments.has("json") || acts == ["list"] else {
            throw UsageError(
                description: "shoal label: give one of --approve, --remove and --list; --json is for --list")
        }
        if acts == ["list"] {
            let list = try await Labelling(arguments.configuration()).list()
            _ = StandardStream.output.write(arguments.has("json") ? try list.json() : list.text)
            return .ok
        }
        guard let cluster = arguments.positional.first.flatMap({ UInt32($0) }), cluster > 0 else {
            throw UsageError(description: "shoal label: CLUSTER is missing, or is not the number of a cluster")
        }
        guard let reason = arguments["reason"], reason.contains(where: { !$0.isWhitespace }) else {
            throw UsageError(description: "shoal label: --reason TEXT is missing: the audit log records why you do it")
        }
        let labelling = try Labelling(arguments.configuration())
        switch (acts.first, text) {
        case ("approve", _): Output.line(try await labelling.approve(cluster, text: text, reason: reason))
        case ("remove", nil): Output.line(try await labelling.remove(cluster, reason: reason))
        case (nil, let text?): Output.line(try await labelling.propose(text, for: cluster, reason: reason))
        default:
            throw UsageError(description: "shoal label: TEXT is \(acts.isEmpty ? "missing" : "not for --remove")")
        }
        return .ok
    }
}
