internal import ShoalClustering

extension Replay {
    /// Replays the events of a file that was written for another system, in the order of their times.
    package func run(_ input: TryInput) async throws -> ReplayResult {
        try await run(input.source())
    }
}
