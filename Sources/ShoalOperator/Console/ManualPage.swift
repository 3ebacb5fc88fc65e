import ShoalOperations
import ShoalSettings

/// Generates the manual page in roff for man(7) from commands and settings.
package struct ManualPage {
    /// What the page says of a command.
    package struct Entry {
        /// The name as typed: one word or two.
        package var name: String
        /// The placeholders of its arguments.
        package var arguments: [String]
        package var summary: String
        package var details: String
        /// The options, each with the placeholder of its value.
        package var options: [(term: String, text: String)]
        package var examples: [String]

        package init(
            name: String, arguments: [String], summary: String, details: String,
            options: [(term: String, text: String)], examples: [String]
        ) {
            self.name = name
            self.arguments = arguments
            self.summary = summary
            self.details = details
            self.options = options
            self.examples = examples
        }
    }

    private var lines: [String] = []

    /// Returns the page, with the commands in their order.
    package static func text(_ commands: [Entry]) -> String {
        var page = ManualPage()
        page.write(commands)
        return page.lines.joined(separator: "\n")
    }

    private mutating func write(_ commands: [Entry]) {
        lines.append(".TH SHOAL 1 \"\" \"shoal \(Program.version)\" \"User Commands\"")
        section("NAME", "shoal - clusters viewers by what they watch, online, from Kafka to Kafka")
        section("SYNOPSIS")
        lines.append(".B shoal\n.I COMMAND\n.RI [ options ]")
        section(
            "DESCRIPTION",
            """
            Shoal reads watch events from Kafka as a consumer group, keeps every viewer in a numbered cluster of viewers \
            with similar tastes, and publishes cluster changes: members that moved, and clusters that were created, \
            split, merged, drifted or retired. The same topic gives the same models and changes, bit for bit, on any \
            number of instances.
            """)
        section("COMMANDS")
        for command in commands { write(command) }
        section(
            "SETTINGS",
            """
            Settings are read from the file of --config, then from environment variables (commit.interval is \
            SHOAL_COMMIT_INTERVAL), then from --set; later sources win. kafka.NAME sets the property NAME of \
            librdkafka, and kafka.NAME.file reads its value from a file.
            """)
        for setting in Setting.table {
            let standard = setting.defaultValue.map { ", default \($0)" } ?? ""
            item(setting.name, "\(setting.text) (\(setting.range)\(standard))")
        }
        section("EXIT STATUS")
        for code in ExitCode.allCases { item("\(code.rawValue)", code.meaning) }
        section("SIGNALS")
        item(
            "SIGTERM, SIGINT",
            "Process what was read, commit, leave the group, end. A second signal ends the process at once.")
        item("SIGHUP", "shoal run, unless from a terminal: read the settings again.")
        section("FILES")
        item("/etc/shoal/shoal.properties", "The settings for the systemd units of the Debian package.")
        section("SEE ALSO", "systemctl(1), kcat(1)")
    }

    private mutating func write(_ command: Entry) {
        lines.append(".SS \"\(Self.escaped(command.name))\"")
        let arguments = command.arguments.map { " \(Self.escaped($0))" }.joined()
        lines.append(".B shoal \(Self.escaped(command.name))\n\(Self.text(arguments + " [options]"))")
        lines.append(".PP\n" + Self.text("\(command.summary.prefix(1).uppercased())\(command.summary.dropFirst())."))
        if !command.details.isEmpty { lines.append(".PP\n" + Self.text(command.details)) }
        for option in command.options { item(option.term, option.text) }
        if !command.examples.isEmpty {
            lines.append(
                ".PP\nExamples:\n.PP\n.nf\n.RS\n"
                    + command.examples.map(Self.text).joined(separator: "\n") + "\n.RE\n.fi")
        }
    }

    private mutating func section(_ title: String, _ text: String? = nil) {
        lines.append(".SH \(title)" + (text.map { "\n" + Self.text($0) } ?? ""))
    }

    private mutating func item(_ term: String, _ text: String) {
        lines.append(".TP\n.B \(Self.escaped(term))\n\(Self.text(text))")
    }

    /// Escapes lines that begin with a dot or an apostrophe, which would be requests.
    private static func text(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let line = escaped(String(line.drop { $0 == " " }))
            return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&\(line)" : line
        }.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "`": escaped += "\\(ga"
            case "…": escaped += "..."
            case "−": escaped += "\\-"
            default: escaped.append(character)
            }
        }
    }
}
