package import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// Records access to a person's data before the data is shown.
package struct AccessLog {
    private let log: AuditLog
    private let reason: String

    /// - Parameters:
    ///   - command: the command's name, for messages.
    ///   - needsKey: whether the key of the run must be configured.
    ///   - reason: why the data is looked at; called when the settings are right.
    /// - Throws: `Configuration.Invalid` if the audit log or, where it is needed, the key is missing; errors of `reason`.
    package init(
        _ configuration: Configuration, _ command: String, needsKey: Bool = true, reason: () throws -> String
    ) throws {
        var problems: [String] = []
        if needsKey, let problem = configuration.missingKey("\(command) requires the key of the run") {
            problems.append(problem)
        }
        if configuration[\.auditFile] == nil {
            problems.append("audit.file is not set: \(command) must write a line to the audit log")
        }
        if !problems.isEmpty { throw Configuration.Invalid(problems: problems) }
        self.reason = try reason()
        try Cryptography.selfTest()
        log = AuditLog(configuration[\.auditFile] ?? "", hash: AuditLog.sha256)
    }

    /// Appends a line for each member.
    /// - Parameter members: published pseudonyms, 32 hexadecimal digits each.
    /// - Throws: `AuditLog.Failure`. Then nothing may be shown.
    package func record(_ action: String, members: [String]) throws {
        try log.append(members.map { .init(action: action, member: $0, reason: reason) })
    }

    /// Appends a line for an access that is not to one member.
    /// - Throws: `AuditLog.Failure`. Then nothing may be shown.
    package func record(_ action: String, what: String) throws {
        try log.append([.init(action: action, what: what, reason: reason)])
    }
}
