import ShoalOperations
import ShoalOperator
import ShoalPipeline

/// Records access to a person's data before the data is shown.
struct AccessLog {
    private let log: AuditLog
    private let reason: String

    /// - Parameters:
    ///   - command: the command's name, for messages.
    ///   - option: the option that holds the reason.
    /// - Throws: `Configuration.Invalid` if the audit log or, where it is needed, the key is missing; `UsageError` if the
    ///   reason is.
    init(
        _ arguments: Arguments, _ configuration: Configuration, _ command: String, option: String = "reason",
        needsKey: Bool = true
    ) throws {
        var problems: [String] = []
        if needsKey, configuration.privacyKey == nil {
            problems.append(
                "neither privacy.key-file nor SHOAL_PRIVACY_KEY is set: \(command) requires the key of the run")
        }
        if configuration["audit.file"] == nil {
            problems.append("audit.file is not set: \(command) must write a line to the audit log")
        }
        if !problems.isEmpty { throw Configuration.Invalid(problems: problems) }
        guard let reason = arguments[option], reason.contains(where: { !$0.isWhitespace }) else {
            throw UsageError(
                description: "shoal \(command): --\(option) TEXT is missing: the audit log records why you look at "
                    + "this data")
        }
        try Cryptography.selfTest()
        self.reason = reason
        log = AuditLog(configuration.text("audit.file"), hash: AuditLog.sha256)
    }

    /// Appends a line for each member.
    /// - Parameter members: published pseudonyms, 32 hexadecimal digits each.
    /// - Throws: `AuditLog.Failure`. Then nothing may be shown.
    func record(_ action: String, members: [String]) throws {
        try log.append(members.map { .init(action: action, member: $0, reason: reason) })
    }

    /// Appends a line for an access that is not to one member.
    /// - Throws: `AuditLog.Failure`. Then nothing may be shown.
    func record(_ action: String, what: String) throws {
        try log.append([.init(action: action, what: what, reason: reason)])
    }
}
