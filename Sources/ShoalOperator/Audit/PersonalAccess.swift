/// The uses of commands that show or erase data of persons. Each of them leaves a line in the audit log first.
package enum PersonalAccess: CaseIterable, Sendable {
    case changes
    case deadLetters
    case erase
    case explain
    case pseudonym
    case replay
    case verify

    /// The command's name: the action of the audit log's line.
    package var command: String {
        switch self {
        case .changes: "changes"
        case .deadLetters: "dead-letters list"
        case .erase: "erase"
        case .explain: "explain"
        case .pseudonym: "pseudonym"
        case .replay: "replay"
        case .verify: "verify"
        }
    }

    /// The option with which the command shows persons; nil: it always does.
    package var option: String? {
        switch self {
        case .changes: "member"
        case .deadLetters: "show-content"
        case .replay: "members"
        case .verify: "without"
        case .erase, .explain, .pseudonym: nil
        }
    }

    /// The command with that option, for messages.
    package var use: String { command + (option.map { " --\($0)" } ?? "") }

    /// The option with the reason. `--reason` of `dead-letters list` selects dead letters.
    package var reasonOption: String { self == .deadLetters ? "why" : "reason" }

    /// The help text of that option.
    package var reasonText: String {
        "\(option.map { "with --\($0): " } ?? "")why you do it; it is written to the audit log"
    }

    /// Whether the key of the run is required.
    var needsKey: Bool { self != .deadLetters && self != .changes }
}
