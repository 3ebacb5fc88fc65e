import ShoalClustering
import ShoalOperations
import ShoalPipeline
package import ShoalReplay
import ShoalSchemas
import ShoalSettings

/// Searches for settings that suit a log, with a progress line.
package struct Tuning {
    private let log: TuneLog
    private let options: ReplayOptions
    private let limit: Duration
    private var tuner: Tuner
    private let given: [String: String]

    /// - Parameters:
    ///   - options: The settings as they are. Without a vocabulary, the topics of the events are it.
    ///   - limit: The maximum time without progress.
    package init(_ input: TryInput, options: ReplayOptions, limit: Duration) {
        let options = Self.options(options, for: input)
        (log, self.options, self.limit) = (TuneLog(input), options, limit)
        let values = SettingValues(engine: options.settings)
        let axes = Tuner.grid(input.facts)
        var given: [String: String] = [:]
        for axis in axes { given[axis.name] = Setting.setting(named: axis.name)?.text(in: values) }
        self.given = given
        tuner = Tuner(axes, given: given)
    }

    /// - Throws: `ReplayError` if there are too few events to judge by, or nothing happens for too long; `Interrupted`.
    package mutating func run() async throws -> TuneReport {
        guard log.judgedWatches >= 100 else {
            throw ReplayError(
                .input,
                "\(log.input.path): only \(log.judgedWatches) watches in the last third are of viewers that the first part "
                    + "has, too; at least 100 are needed to judge settings by. Use a log of a longer time")
        }
        var places: [Int: [Pseudonym: ClusterID]] = [:]
        while let attempt = tuner.next() {
            let words = attempt.name.map { "\($0)=\(attempt.value ?? "")" } ?? "the settings as they are"
            Program.report("\(tuner.attempts.count + 1) of \(tuner.total): \(words)")
            let (score, found) = try await score(attempt.settings, options.key)
            tuner.take(score)
            if tuner.attempts.last?.isBest == true { places[tuner.attempts.count - 1] = found }
        }
        Program.report("the clusters under another key")
        let best = tuner.attempts.lastIndex(where: \.isBest) ?? 0
        let before = try await agreement([:], places[0] ?? [:])
        let after = best == 0 ? nil : try await agreement(tuner.best, places[best] ?? [:])
        guard let report = TuneReport(log, tuner, given: given, agreements: (before, after)) else {
            throw ReplayError(.input, "\(log.input.path): nothing was tried")
        }
        return report
    }

    /// The options with which an input is replayed.
    package static func options(_ options: ReplayOptions, for input: TryInput) -> ReplayOptions {
        var options = options.ofTried
        if options.vocabulary.isEmpty { options.vocabulary = input.facts.vocabulary }
        return options
    }

    /// Options with other values of some settings.
    package static func options(_ options: ReplayOptions, with settings: [String: String]) -> ReplayOptions {
        var options = options
        var values = SettingValues(engine: options.settings)
        for (name, value) in settings { Setting.setting(named: name)?.set(value, in: &values) }
        options.settings = values.engine
        return options
    }

    private func score(
        _ settings: [String: String], _ key: PrivacyKey
    ) async throws -> (TuneScore, [Pseudonym: ClusterID]) {
        var options = Self.options(options, with: settings)
        options.key = key
        let (replay, log) = (Replay(options), log)
        return try await tracked(replay.progress, limit: limit, isWhole: true) { try await log.score(replay) }
    }

    /// The agreement of clusters with those under another key.
    private func agreement(_ settings: [String: String], _ places: [Pseudonym: ClusterID]) async throws -> Int64 {
        guard let other = PrivacyKey(hex: String(repeating: "5ac307b4", count: 8)) else { return 0 }
        let (_, found) = try await score(settings, other)
        return log.agreement((places, options.key), (found, other))
    }
}
