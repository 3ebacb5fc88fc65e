import ShoalClustering
import ShoalOperations
import ShoalPipeline
package import ShoalReplay

/// Runs two configurations, A and B, on the same records, and compares them.
package struct ReplayComparison: Sendable {
    private let source: ReplaySource
    private let a: (name: String, options: ReplayOptions)
    private let b: (name: String, options: ReplayOptions)
    private let truth: [UInt128: Int32]?

    /// - Parameter truth: The group of each viewer that belongs to exactly one, by stored pseudonym.
    package init(
        _ source: ReplaySource, a: (String, ReplayOptions), b: (String, ReplayOptions), truth: [UInt128: Int32]?
    ) {
        (self.source, self.a, self.b, self.truth) = (source, a, b, truth)
    }

    /// - Parameter limit: The maximum time without progress.
    /// - Returns: nil if A was stopped.
    package func run(limit: Duration) async throws -> DiffReport? {
        let resultOfA = try await run("A", a.options, limit)
        guard !resultOfA.report.isInterrupted else { return nil }
        let resultOfB = try await run("B", b.options, limit)
        return DiffReport(
            a: .init(name: a.name, report: resultOfA.report), b: .init(name: b.name, report: resultOfB.report),
            places: DiffReport.places(resultOfA.places, resultOfB.places),
            least: max(a.options.settings.minClusterSize, b.options.settings.minClusterSize))
    }

    private func run(_ name: String, _ options: ReplayOptions, _ limit: Duration) async throws -> ReplayResult {
        if StandardStream.error.isTerminal { Program.report("run \(name):") }
        var replay = Replay(options)
        replay.keepsPlaces = true
        var result = try await source.run(replay, limit: limit)
        result.measureQuality(truth: truth)
        return result
    }
}
