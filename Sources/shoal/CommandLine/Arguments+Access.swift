import ShoalOperations
import ShoalOperator

extension Command.Option {
    /// The option with the reason for an access to data of persons.
    static func reason(_ access: PersonalAccess) -> Self { Self(access.reasonOption, "TEXT", access.reasonText) }
}

extension Arguments {
    /// Opens the audit log for an access to data of persons.
    /// - Throws: `Configuration.Invalid`; `UsageError` if the reason is missing.
    func access(_ access: PersonalAccess, _ configuration: Configuration) throws -> AccessLog {
        try AccessLog(configuration, access) {
            guard let reason = self[access.reasonOption], reason.contains(where: { !$0.isWhitespace }) else {
                throw UsageError(
                    description: "shoal \(access.use): --\(access.reasonOption) TEXT is missing: the audit log records "
                        + "why you do it")
            }
            return reason
        }
    }
}
