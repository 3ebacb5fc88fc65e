import ShoalClustering
import ShoalOperations
import ShoalPipeline
package import ShoalReplay
import ShoalSettings

/// Measures what the output of runs over a log discloses, with a progress line.
package struct Disclosing {
    /// The traits and the bounds, as options have them.
    package struct Wanted {
        /// Topics that are measured beside the categories.
        package var topics: [String] = []
        package var least = DisclosureTraits.Least()
        package var bounds = DisclosureBounds()

        /// - Parameters:
        ///   - watches: The number of watches that give a trait, or with `,N%` also the share.
        ///   - bounds: Each as `NAME=VALUE`.
        /// - Throws: `UsageError`.
        package init(topics: [String], watches: String?, bounds: [String]) throws {
            self.topics = topics
            if let watches {
                let parts = watches.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
                let percent = parts.count == 1 ? "0" : parts[1].hasSuffix("%") ? parts[1].dropLast() : ""
                guard let number = Int(parts[0]), let share = Int(percent), number > 0, (0...100).contains(share) else {
                    throw UsageError(
                        description:
                            "--trait-watches \(watches): must be a number of watches, such as 2, or with a share, "
                            + "such as 2,25%")
                }
                least = .init(watches: number, percent: share)
            }
            for text in bounds {
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, self.bounds.set(parts[0], parts[1]) else {
                    throw UsageError(
                        description: "--bound \(text): must be NAME=VALUE with one of "
                            + "\(DisclosureBounds.names.joined(separator: ", ")), such as lift=1.5 or unique=2%")
                }
            }
        }
    }

    private let input: TryInput
    private let wanted: Wanted
    private let runs: [(with: String, options: ReplayOptions)]
    private let traits: DisclosureTraits
    private let limit: Duration

    /// - Parameters:
    ///   - options: As given.
    ///   - alternatives: Those with another value of a setting, each with its `key=value`.
    ///   - limit: The maximum time without progress.
    /// - Throws: `ReplayError` if a topic of a trait is not in the log.
    package init(
        _ input: TryInput, _ wanted: Wanted, options: ReplayOptions,
        alternatives: [(with: String, options: ReplayOptions)], limit: Duration
    ) throws {
        (self.input, self.wanted, self.limit) = (input, wanted, limit)
        runs = ([("", options)] + alternatives).map { ($0.with, $0.options.ofTried) }
        traits = try DisclosureTraits(
            input, of: runs.map(\.options.settings), topics: wanted.topics, least: wanted.least)
    }

    /// - Throws: `ReplayError` if nothing happens for too long; `Interrupted`.
    package func run() async throws -> DisclosureReport {
        var finished: [DisclosureReport.Run] = []
        for run in runs {
            if runs.count > 1 {
                let name = run.with.isEmpty ? "the settings as they are" : run.with
                Program.report("\(finished.count + 1) of \(runs.count): \(name)")
            }
            let collector = DisclosureCollector(
                traits, key: run.options.key, settings: run.options.settings, bounds: wanted.bounds)
            var replay = Replay(run.options)
            replay.disclosure = collector
            let (input, copy) = (input, replay)
            let result = try await tracked(replay.progress, limit: limit, isWhole: true) { try await copy.run(input) }
            finished.append(.init(with: run.with, result, collector))
        }
        return DisclosureReport(input, traits, wanted.bounds, finished)
    }
}
