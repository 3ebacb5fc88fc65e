internal import Kafka

/// Asks until there is an answer: brokers that are away come back, and transactions end.
struct Patience {
    let log: PipelineLog
    /// What else the reader of the log may think of.
    var hint = ""
    /// After which time it is said what is waited for, and how long until it is said again.
    var notice = Duration.seconds(10)

    /// - Parameters:
    ///   - passes: errors that pass as time-outs do.
    ///   - ask: the question, with a time-out of its own.
    /// - Throws: `CancellationError`; errors that do not pass.
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
                    log.warning("waiting: \(error)\(hint)")
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
