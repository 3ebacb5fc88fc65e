import ShoalOperations
import ShoalOperator

/// A command of the program: its arguments, help and action.
struct Command: Sendable {
    /// An option of a command.
    struct Option: Sendable {
        var name: String
        /// The placeholder of its value in the help; `nil` for a flag.
        var value: String?
        var text: String
        /// Whether each occurrence counts. Otherwise a second one is an error.
        var isRepeatable: Bool

        init(_ name: String, _ value: String? = nil, _ text: String, isRepeatable: Bool = false) {
            self.name = name
            self.value = value
            self.text = text
            self.isRepeatable = isRepeatable
        }

        /// The option as typed.
        var term: String { "--\(name)" + (value.map { " \($0)" } ?? "") }
    }

    /// The name as typed: one word or two.
    var name: String
    var summary: String
    /// The placeholders of its arguments in the help.
    var arguments: [String] = []
    var options: [Option] = []
    /// Whether it accepts `--config` and `--set`.
    var isConfigured = true
    /// Whether the command runs until it is stopped. If so, a signal during its start counts as a normal stop.
    var isStoppable = false
    var details = ""
    var examples: [String] = []
    var run: @Sendable (Arguments) async throws -> ExitCode

    static let configuration = [
        Option("config", "FILE", "read settings from a .properties file"),
        Option(
            "set", "KEY=VALUE", "set a setting; may be repeated: the last one counts; overrides the file",
            isRepeatable: true),
    ]

    var allOptions: [Option] {
        options + (isConfigured ? Self.configuration : []) + [Option("help", nil, "print this help")]
    }

    /// What the manual page says of it.
    var entry: ManualPage.Entry {
        .init(
            name: name, arguments: arguments, summary: summary, details: details,
            options: options.map { ($0.term, $0.text) }, examples: examples)
    }

    var help: String { entry.help(allOptions.map { ($0.term, $0.text) }, isConfigured: isConfigured) }
}
