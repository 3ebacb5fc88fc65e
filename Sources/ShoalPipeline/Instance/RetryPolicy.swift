internal import ShoalKafka

/// Repeats a query until it is answered, while brokers are unreachable or transactions are open.
struct RetryPolicy {
    let log: PipelineLog
    /// A further possible cause for the log message.
    var hint = ""
    /// The time after which a wait is logged, and the interval between messages.
    var notice = Duration.seconds(10)

    /// - Parameters:
    ///   - passes: Returns whether an error is transient, in addition to timeouts.
    ///   - ask: The query, with its own timeout.
    /// - Throws: `CancellationError`; errors that are not transient.
    nonisolated(nonsending) func wait<R>(
        orIf passes: (KafkaError) -> Bool = { _ in false }, _ ask: () async throws -> R
    ) async throws -> R {
        var next = ContinuousClock.now + notice
        while true {
            do {
                return try await ask()
            } catch let error as KafkaError where error.isTimeout || passes(error) {
                if ContinuousClock.now > next {
                    next = .now + notice
                    log.warning("waiting: brokers do not respond", ("error", "\(error.message)\(hint)"))
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
