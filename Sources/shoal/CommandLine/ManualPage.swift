import ShoalOperations
import ShoalOperator
import ShoalSettings

/// Generates the manual page in roff for man(7) from commands and settings.
struct ManualPage {
    private var lines: [String] = []

    static func text(_ commands: [Command]) -> String {
        var page = ManualPage()
        page.write(commands)
        return page.lines.joined(separator: "\n")
    }

    private mutating func write(_ commands: [Command]) {
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

    private mutating func write(_ command: Command) {
        lines.append(".SS \"\(Self.escaped(command.name))\"")
        let arguments = command.arguments.map { " \(Self.escaped($0))" }.joined()
        lines.append(".B shoal \(Self.escaped(command.name))\n\(Self.text(arguments + " [options]"))")
        lines.append(".PP\n" + Self.text("\(command.summary.prefix(1).uppercased())\(command.summary.dropFirst())."))
        if !command.details.isEmpty { lines.append(".PP\n" + Self.text(command.details)) }
        for option in command.options {
            item("--\(option.name)" + (option.value.map { " \($0)" } ?? ""), option.text)
        }
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

extension Command {
    static let manual = Command(
        name: "manual", summary: "print the manual page", isConfigured: false,
        details: "The page is in the format of man(7), and lists all commands, settings and exit statuses.",
        examples: ["shoal manual | man -l -", "shoal manual | gzip -9n > /usr/local/share/man/man1/shoal.1.gz"]
    ) { _ in
        Output.line(ManualPage.text(Shoal.commands))
        return .ok
    }
}
