import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// The audit log, and the topic with its heads if there is one.
struct AuditTrail: Sendable {
    let log: AuditLog
    private let heads: AuditHeads?

    /// - Returns: nil without `audit.file`.
    init?(_ configuration: Configuration) {
        guard let file = configuration[\.auditFile] else { return nil }
        log = AuditLog(file, hash: AuditLog.sha256)
        heads = AuditHeads(configuration)
    }

    /// Appends a line for each access, and waits until they, and the head in the topic, are kept.
    /// - Throws: `AuditLog.Failure`; with `audit.topic` `PipelineError` or `KafkaError`. Then nothing may be shown.
    func append(_ accesses: [AuditLog.Access], user: AuditUser = .current()) throws {
        if let head = try log.append(accesses, user: user) { try heads?.keep(head) }
    }
}
