import Foundation
import ShoalClustering
import ShoalOperator
import ShoalPipeline
import ShoalReplay

/// Has `shoal tune` recommend settings on the first half of a log, and judges them by the second half:
/// `make bench-tune`. Writes `results.md` and `results.json`.
@main
struct BenchTune {
    /// The settings of applications: the defaults, and bad ones.
    private static let applications: [(name: String, settings: [String: String])] = [
        ("defaults", [:]),
        ("short memory", ["profile.half-life": "1h", "epoch.length": "10m"]),
        ("long memory, few viewers", ["profile.half-life": "60d", "members.min-events": "20"]),
        ("few clusters", ["clusters.max": "3"]),
        ("many small clusters", ["clusters.min-members": "10", "members.min-events": "1", "profile.half-life": "6h"]),
    ]
    /// The second half judges under keys that `tune` did not use, because a key decides which clusters are found.
    private static let keys = ["3fa1c27e", "91d06b58", "c84e7a13"]

    /// Arguments: a file with the first half of the log, the log, and the folder for the results.
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count == 3 else {
            FileHandle.standardError.write(Data("usage: bench-tune FIRST-HALF LOG FOLDER\n".utf8))
            exit(64)
        }
        let (first, whole) = (try TryInput(words[0], corrections: []), try TryInput(words[1], corrections: []))
        // Clusters form on three quarters of the log and are judged by the last one. Moves count after the first half.
        let judge = TuneLog(whole, tried: whole.events * 3 / 4, settled: first.events)
        var cases: [TuneCase] = []
        for application in applications {
            FileHandle.standardError.write(Data("\(application.name)\n".utf8))
            let options = Tuning.options(try replayOptions(keys[0]), with: application.settings)
            var tuning = Tuning(first, options: try tuned(options), limit: .seconds(600))
            let report = try await tuning.run()
            let better = application.settings.merging(report.recommended) { $1 }
            cases.append(
                TuneCase(
                    name: application.name, given: application.settings, recommended: report.recommended,
                    before: try await measure(application.settings, judge, first),
                    after: try await measure(better, judge, first), tried: report.attempts.count))
        }
        let table = TuneTable(cases: cases).text
        print(table)
        try store(table, cases, judge, in: URL(filePath: words[2]))
        let missed = cases.filter { !$0.faults.isEmpty }
        for one in missed {
            FileHandle.standardError.write(Data("missed: \(one.name): \(one.faults.joined(separator: ", "))\n".utf8))
        }
        exit(missed.isEmpty ? 0 : 1)
    }

    private static func replayOptions(_ digits: String) throws -> ReplayOptions {
        guard let key = PrivacyKey(hex: String(repeating: digits, count: 8)) else { exit(70) }
        return ReplayOptions(settings: Settings(), key: key)
    }

    /// With a key of its own for the search.
    private static func tuned(_ options: ReplayOptions) throws -> ReplayOptions {
        var options = options
        options.key = try replayOptions("07b4e95d").key
        return options
    }

    /// The measures on average over the keys. The vocabulary is that of the first half.
    private static func measure(
        _ settings: [String: String], _ judge: TuneLog, _ first: TryInput
    ) async throws -> TuneCase.Measures {
        var scores: [TuneScore] = []
        for key in keys {
            let options = Tuning.options(try replayOptions(key), with: settings)
            let replay = Replay(Tuning.options(options, for: first))
            scores.append(try await judge.score(replay).0)
        }
        return TuneCase.Measures(mean: scores)
    }

    private static func store(_ table: String, _ cases: [TuneCase], _ judge: TuneLog, in folder: URL) throws {
        let text = """
            # Recommended settings on a log that was not seen

            `make bench-tune` writes this file and `results.json`. `shoal tune` recommends settings for an \
            application (→) on the first half of the KuaiRand log. The second half judges both: clusters that form \
            on three quarters of the log predict the \(judge.judgedWatches) watches of the last quarter, and moves \
            count after the first half. The figures are means over \(keys.count) privacy keys that `shoal tune` \
            did not use. *Points* are the measure by which it chooses; they must not fall where it begins with the \
            defaults, nor may another measure get worse, and they must rise by 5 % where it begins with bad settings.

            \(table)
            """
        try Data(text.utf8).write(to: folder.appending(path: "results.md"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(cases) + Data("\n".utf8)).write(to: folder.appending(path: "results.json"))
    }
}
