import Foundation
import ShoalSchemas

/// What was measured, and what an expected load needs by that.
package struct BenchReport: Encodable, Sendable {
    /// nil: nothing was measured.
    package var measured: BenchMeasurement?
    /// nil: no load was named.
    package var expected: ExpectedLoad?
    package var needs: LoadNeeds?
    /// The figures from which the needs were computed.
    package var costs: CostFigures

    /// - Throws: `UsageError`.
    package init(_ measured: BenchMeasurement?, expecting text: String?, _ costs: CostFigures) throws {
        self.costs = costs
        self.measured = measured
        if let measured { self.costs.take(measured) }
        expected = try text.map { try ExpectedLoad($0, measured: measured) }
        needs = try expected.map { try LoadNeeds($0, self.costs) }
    }

    package func json() throws -> String { try JSONText.line(self) }

    package func text() -> String {
        var lines: [String] = []
        if let measured {
            lines.append("Measured on \(measured.input.printable), in memory, on this machine")
            lines += Formatting.table(Self.rows(measured)).map { "  \($0)" }
            lines += notes(measured).map { "  \($0)" }
        }
        if let expected, let needs {
            if !lines.isEmpty { lines.append("") }
            lines += needed(expected, needs)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - Parts

    private static func rows(_ measured: BenchMeasurement) -> [[String]] {
        var rows = [
            ["events", "\(Formatting.number(measured.events)), replayed \(Formatting.count(measured.rounds, "time"))"],
            [
                "CPU time of an event",
                "\(time(measured.eventCpu)), with reading and decoding, without Kafka's transactions",
            ],
            ["events a second of a core", count(measured.eventsACore)],
            ["events a second", "\(count(measured.eventsASecond)) on \(Formatting.count(measured.cores, "core"))"],
        ]
        if let size = measured.eventSize { rows.append(["size of an event", Self.size(size)]) }
        rows += [
            ["members", Formatting.number(measured.members)],
            ["a member in memory", "\(size(measured.memberTable)) in the table of members"],
            ["moves of a member", "\(String(format: "%.3g", measured.moves)) an epoch"],
            [
                "epochs",
                "\(measured.epochs), at the end with \(Formatting.count(measured.clusters, "cluster")) and "
                    + Formatting.count(measured.topics, "topic"),
            ],
            ["an epoch delta", "\(size(measured.deltaSize)), \(time(measured.deltaCpu)) of CPU time to write"],
            ["a model", "\(size(measured.modelSize)), \(time(measured.modelCpu)) of CPU time to write"],
        ]
        return rows
    }

    private func notes(_ measured: BenchMeasurement) -> [String] {
        var notes: [String] = []
        if !measured.hasClusters {
            notes.append(
                "No cluster formed, so an event costs less than it will: use a longer log, or settings as `shoal try` has them."
            )
        }
        #if DEBUG
            notes.append("This is a debug build of shoal: a release is many times faster.")
        #endif
        return notes
    }

    private func needed(_ load: ExpectedLoad, _ needs: LoadNeeds) -> [String] {
        var lines = [
            "Needed for \(Self.count(load.events)) events a second of \(Self.count(load.members)) members, with "
                + "\(Self.count(load.clusters)) clusters, \(Self.count(load.topics)) topics and epochs of "
                + "\(Formatting.setting(Int64(load.epoch * 1_000))); all of it is computed"
        ]
        let cores = "\(Self.short(load.cores)) cores and \(Self.size(load.memory))"
        let count = load.instances == nil ? "at least \(needs.instances)" : "\(needs.instances), as given"
        let parts = load.partitions == nil ? "at least \(needs.partitions)" : "\(needs.partitions), as given"
        lines += Formatting.table([["instances", "\(count), with \(cores) each"], ["partitions of the input", parts]])
            .map { "  \($0)" }
        if !needs.isEnough {
            lines.append(
                "  The given instances are too few, if half of their cores and three quarters of their memory are planned for."
            )
        }
        lines.append("")
        lines += Formatting.table(Self.rows(needs)).map { "  \($0)" }
        let source =
            measured == nil
            ? "All figures" : "Figures of events, members and epochs are those measured above; the others"
        lines += [
            "", "  \(source) come from docs/results.md, which has how they were measured.",
            "  docs/scale.md has the limits of the computation.",
        ]
        return lines
    }

    private static func rows(_ needs: LoadNeeds) -> [[String]] {
        [
            ["CPU of an instance, steady", "\(short(needs.cores)) cores"],
            ["memory of an instance, steady", size(needs.memory)],
            ["the same with a backlog in all of its partitions", size(needs.memoryBehind)],
            ["input, all brokers, one replica", "\(size(needs.input)) a second"],
            ["snapshots, all brokers, one replica, at most", "\(size(needs.state)) a second"],
            ["state topic after compaction", size(needs.stateSize)],
            ["changes in an epoch", size(needs.output)],
            ["an epoch delta, at most", size(needs.delta)],
            ["epoch deltas in an epoch, one partition of one broker", size(needs.deltas)],
            ["the delta topic, kept for a week", size(needs.deltasKept)],
            ["an instance at the end of an epoch, CPU", time(needs.closing)],
            ["coordinator in an epoch, one core: reading", time(needs.reading)],
            ["coordinator in an epoch, one core: adding up", time(needs.adding)],
            ["coordinator in an epoch, one core: deciding", time(needs.deciding)],
            ["coordinator, deltas that wait for the last partition, memory", size(needs.pending)],
            ["a model", size(needs.model)],
            ["models of a year", size(needs.modelsKept)],
            ["restart of an instance, from Kafka", time(needs.restore)],
            ["restart of an instance, from checkpoints", time(needs.restoreDisk)],
            ["its partitions, restored by the others instead", time(needs.takeover)],
            ["shortest epoch that leaves the coordinator half of its time", time(needs.shortestEpoch)],
        ]
    }

    // MARK: - Numbers

    private static func short(_ value: Double) -> String { String(format: "%.3g", value) }

    private static func size(_ bytes: Double) -> String {
        for (unit, name) in [(1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")] where bytes >= unit {
            return "\(short(bytes / unit)) \(name)"
        }
        return "\(Int(bytes.rounded())) bytes"
    }

    private static func time(_ seconds: Double) -> String {
        if seconds < 1e-3 { return "\(short(seconds * 1e6)) µs" }
        if seconds < 1 { return "\(short(seconds * 1e3)) ms" }
        return seconds < 600 ? "\(short(seconds)) s" : "\(short(seconds / 60)) min"
    }

    private static func count(_ value: Double) -> String {
        for (unit, name) in [(1e9, "billion"), (1e6, "million")] where value >= unit {
            return "\(short(value / unit)) \(name)"
        }
        return Formatting.number(Int(value.rounded()))
    }
}
