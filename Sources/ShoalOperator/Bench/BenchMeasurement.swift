import Foundation
import ShoalClustering
import ShoalPipeline
package import ShoalReplay
import ShoalSchemas
import ShoalSettings

/// What the events of a file or topic cost on this machine. Sizes are in bytes, times in seconds of CPU time of one core.
package struct BenchMeasurement: Encodable, Equatable, Sendable {
    /// The file or topic.
    package var input: String
    package var cores: Int
    package var events: Int
    /// Replays of the same events, of which the one with the median CPU time counts.
    package var rounds: Int
    /// An event: reading, decoding, pseudonym, profile, assignment, and its share of the epochs.
    package var eventCpu: Double
    /// As one core would handle them, and as all cores did.
    package var eventsACore: Double
    package var eventsASecond: Double
    /// nil: unknown, because the file is compressed, or it is a topic.
    package var eventSize: Double?
    package var members: Int
    /// A member in the table of members.
    package var memberTable: Double
    /// Changes of a member in an epoch.
    package var moves: Double
    package var epochs: Int
    /// Of the last model.
    package var clusters: Int
    package var topics: Int
    /// An epoch delta: its sums, its size, and encoding it.
    package var deltaSums: Double
    package var deltaSize: Double
    package var deltaCpu: Double
    /// A model, and encoding it.
    package var modelSize: Double
    package var modelCpu: Double

    var hasClusters: Bool { clusters > 0 }

    /// A replay of the events.
    struct Round: Sendable {
        var cpu: Double
        var seconds: Double
    }

    init(_ report: ReplayReport, _ counts: ReplayMeter.Counts, _ rounds: [Round], cores: Int, size: Int?) {
        func mean(_ sum: Double, _ count: Int) -> Double { count > 0 ? sum / Double(count) : 0 }
        let middle = rounds.sorted { $0.cpu < $1.cpu }[rounds.count / 2]
        let handled = max(Int(report.input.events), 1)
        (input, self.cores, events, self.rounds) = (report.input.name, cores, Int(report.input.events), rounds.count)
        eventCpu = middle.cpu / Double(handled)
        eventsACore = Double(handled) / max(middle.cpu, 1e-9)
        eventsASecond = Double(handled) / max(middle.seconds, 1e-9)
        eventSize = size.map { Double($0) / Double(handled) }
        (members, memberTable) = (counts.members, mean(Double(counts.memberBytes), counts.members))
        // Members that joined were not in a cluster before.
        let changes = report.rows.reduce(0) { $0 + $1.moved + $1.left }
        let inClusters = report.rows.reduce(0) { $0 + $1.members.reduce(0, +) }
        moves = inClusters > 0 ? Double(changes) / Double(inClusters) : 0
        (epochs, clusters, topics) = (counts.models, counts.clusters, counts.topics)
        deltaSums = mean(Double(counts.deltaSums), counts.deltas)
        deltaSize = mean(Double(counts.deltaBytes), counts.deltas)
        deltaCpu = mean(counts.deltaCPU, counts.deltas)
        modelSize = mean(Double(counts.modelBytes), counts.models)
        modelCpu = mean(counts.modelCPU, counts.models)
    }
}

extension BenchMeasurement {
    /// Replays events until their CPU time is known well enough: a few times if they are few.
    /// - Parameter limit: The maximum time without progress.
    /// - Throws: errors of the replay; `ReplayError` if there is no event; `Interrupted`.
    package static func of(
        _ source: ReplaySource, _ options: ReplayOptions, limit: Duration
    ) async throws -> BenchMeasurement {
        var options = options
        if options.settings.fixed.mapping == nil, case .file(let path) = source, source.isRepeatable,
            let mapping = try TryInput.guessedMapping(of: path)
        {
            options.settings.fixed.mapping = mapping
            Program.report("fields were guessed: \(mapping.text). --set input.map=… corrects them.")
        }
        var (rounds, total): ([Round], Double) = ([], 0)
        while true {
            var replay = Replay(options)
            let meter = ReplayMeter(options.key)
            replay.meter = meter
            let (began, clock) = (CPUTime.ofProcess, ContinuousClock.now)
            let result = try await source.run(replay, limit: limit)
            let (cpu, seconds) = (CPUTime.ofProcess - began, (ContinuousClock.now - clock) / .seconds(1))
            if result.report.isInterrupted { throw Interrupted() }
            guard result.report.input.events > 0 else {
                throw ReplayError(.input, "\(result.report.input.name): there is no event to measure")
            }
            let overhead = meter.counts.overhead
            rounds.append(Round(cpu: cpu - overhead, seconds: seconds))
            total += cpu
            guard total > 3 || rounds.count == 5 || !source.isRepeatable else { continue }
            return BenchMeasurement(
                result.report, meter.counts, rounds, cores: ProcessInfo.processInfo.activeProcessorCount,
                size: source.plainSize)
        }
    }
}

extension ReplaySource {
    /// Whether it can be read again.
    var isRepeatable: Bool { if case .file("-") = self { false } else { true } }

    /// The bytes of a file that is not compressed; nil: unknown.
    var plainSize: Int? {
        guard case .file(let path) = self, path != "-", ![".gz", ".zst"].contains(where: path.hasSuffix) else {
            return nil
        }
        return (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
    }
}
