package import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// Records access to data of persons before the data is shown.
package struct AccessLog {
    private let trail: AuditTrail
    private let action: String
    private let reason: String

    /// - Parameter reason: Why the data is looked at; called when the settings are right.
    /// - Throws: `Configuration.Invalid` if the audit log or, where it is needed, the key is missing; errors of `reason`.
    package init(
        _ configuration: Configuration, _ access: PersonalAccess, reason: () throws -> String
    ) throws {
        var problems: [String] = []
        if access.needsKey, let problem = configuration.missingKey("\(access.use) requires the key of the run") {
            problems.append(problem)
        }
        let trail = AuditTrail(configuration)
        if trail == nil {
            problems.append("audit.file is not set: \(access.use) must write a line to the audit log")
        }
        guard let trail, problems.isEmpty else { throw Configuration.Invalid(problems: problems) }
        self.reason = try reason()
        try Cryptography.selfTest()
        self.trail = trail
        action = access.command
    }

    /// Appends a line for each member.
    /// - Parameter members: Published pseudonyms, 32 hexadecimal digits each.
    /// - Throws: `AuditLog.Failure`; with `audit.topic` `PipelineError` or `KafkaError`. Then nothing may be shown.
    package func record(members: [String]) throws {
        try trail.append(members.map { .init(action: action, member: $0, reason: reason) })
    }

    /// Appends a line for an access to more than one member.
    /// - Throws: As `record(members:)`.
    package func record(what: String) throws {
        try trail.append([.init(action: action, what: what, reason: reason)])
    }
}
