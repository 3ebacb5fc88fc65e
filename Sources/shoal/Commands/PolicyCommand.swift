import ShoalOperations
import ShoalOperator

extension Command {
    static let policyCheck = Command(
        name: "policy check", summary: "show what a privacy policy drops, and what passes nearly",
        arguments: ["FILE"],
        options: [
            Option("topics", "FILE", "names of topics, one a line, or events; `-` is names on standard input"),
            Option("json", nil, "print one line of JSON instead of text"),
        ], isConfigured: false, details: PolicyCheck.details, examples: PolicyCheck.examples
    ) { arguments in
        let check = try PolicyCheck(arguments.positional.first, topics: arguments["topics"])
        _ = StandardStream.output.write(arguments.has("json") ? try check.json : check.text)
        return .ok
    }
}
