package import ShoalReplay

/// The records of a replay.
package enum ReplaySource: Sendable {
    case file(String)
    case topic(TopicRange)

    /// Runs a replay with a progress line, and reports its messages. Ctrl-C stops it and keeps the results so far.
    /// - Parameter limit: The maximum time without progress.
    /// - Throws: `ReplayError`; `KafkaError`; `EventFileError`.
    package func run(_ replay: Replay, limit: Duration) async throws -> ReplayResult {
        let result = try await tracked(replay.progress, limit: limit) {
            switch self {
            case .file(let path): try await replay.run(file: path)
            case .topic(let range): try await replay.run(range)
            }
        }
        for message in result.messages { Program.report(message) }
        return result
    }
}
