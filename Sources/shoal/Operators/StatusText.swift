import Foundation
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSchemas

/// Formats an application's status for a terminal.
struct StatusText {
    private let status: ApplicationStatus
    private let isWhole: Bool
    /// The maximum number of partitions shown without `--all`: those with the largest lag.
    private static let most = 40

    init(_ status: ApplicationStatus, isWhole: Bool) {
        self.status = status
        self.isWhole = isWhole
    }

    var text: String {
        (groupLines + [""] + partitionLines + [""] + epochLines + status.unknown.map { "not known: \($0)" })
            .map { $0.printable + "\n" }.joined()
    }

    private var groupLines: [String] {
        let group = status.group
        let state =
            switch group.state {
            case .absent: "group \(status.application) does not exist"
            case .empty: "no instance is in group \(status.application)"
            default:
                "group \(status.application) is \(group.state.rawValue), "
                    + "\(DemoText.count(group.instances.count, "instance"))"
                    + (group.assignor.isEmpty ? "" : ", assignment by \(group.assignor)")
            }
        let rows = group.instances.map { instance in
            let partitions = instance.partitions.isEmpty ? "no partition" : Self.list(instance.partitions)
            return [
                "  \(instance.id)", instance.host,
                partitions + (instance.isCoordinator ? "; publishes models" : "")
                    + (instance.isForeign ? "; not an instance of Shoal (client \(instance.client))" : ""),
            ]
        }
        let wait =
            group.state == .rebalancing
            ? [
                "  it waits until all members have rejoined; members that are gone are removed after "
                    + "kafka.session.timeout.ms"
            ]
            : []
        return [state] + Self.table(rows) + wait
    }

    private var partitionLines: [String] {
        var shown = status.partitions
        var rest: [String] = []
        if !isWhole, shown.count > Self.most {
            shown = Array(shown.sorted { ($1.lag, $0.partition) < ($0.lag, $1.partition) }.prefix(Self.most))
            rest = ["… and \(status.partitions.count - Self.most) with less lag (--all shows them)"]
        }
        let head = ["partition", "instance", "position", "lag", "behind", "phase", "closed", "snapshot"]
        let rows = shown.map { partition in
            [
                "\(partition.partition)", partition.instance ?? "-",
                partition.position.map { DemoText.number($0) } ?? "-",
                DemoText.number(partition.lag), partition.eventTimeLagSeconds.map { Self.span($0) } ?? "-",
                [partition.phase, partition.epoch.map { "\($0)" }].compactMap { $0 }.joined(separator: " "),
                [partition.closed.map { "\($0)" } ?? "-", partition.isCaughtUp ? "end" : nil]
                    .compactMap { $0 }.joined(separator: " "),
                partition.snapshotMs.map { "\(Self.span(Double(max(status.timeMs - $0, 0)) / 1_000)) ago" } ?? "-",
            ]
        }
        let lag = "\(DemoText.count(status.lag, "record")) behind in all"
        return Self.table([head] + rows) + rest + [lag]
    }

    private var epochLines: [String] {
        var lines: [String] = []
        if let waiting = status.waiting {
            let name = waiting.epoch.map { "epoch \($0)" } ?? "the first epoch"
            if !waiting.partitions.isEmpty {
                let others = waiting.isHeldBack ? ", which others have closed" : ""
                lines.append("\(name) waits for partition \(Self.list(waiting.partitions))\(others)")
            }
            if let reason = waiting.reason { lines.append("no further model: \(reason)") }
        }
        if let model = status.model {
            let version =
                model.version.map { "model \($0)" + (model.epochEndMs.map { ", epoch ended \(Self.time($0))" } ?? "") }
                ?? "the genesis model"
            let age = model.publishedMs.map {
                ", published \(Self.span(Double(max(status.timeMs - $0, 0)) / 1_000)) ago"
            }
            lines.append("\(version)\(age ?? "")")
            lines.append(
                "  \(DemoText.count(model.clusters, "cluster")): \(model.shown) published, \(model.withheld) "
                    + "suppressed; \(DemoText.count(model.members, "member")), \(DemoText.number(model.unassigned)) "
                    + "in none; \(DemoText.count(model.topics, "topic")); settings.revision \(model.settingsRevision)")
        } else {
            lines.append("the application has not started: there is no model")
        }
        if let problem = status.placement?.problem { lines.append(problem) }
        let letters = status.deadLettersAtMost
        lines.append(letters == 0 ? "no dead letters" : "dead letters: at most \(DemoText.number(letters))")
        return lines
    }

    // MARK: - Parts

    /// Formats rows with aligned columns.
    static func table(_ rows: [[String]]) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Formats partitions as 0 … 3, 7.
    static func list(_ partitions: [Int32]) -> String {
        var parts: [String] = []
        let sorted = partitions.sorted()
        var index = 0
        while index < sorted.count {
            var end = index
            while end + 1 < sorted.count, sorted[end + 1] == sorted[end] + 1 { end += 1 }
            if end - index > 1 {
                parts.append("\(sorted[index]) … \(sorted[end])")
            } else {
                parts += sorted[index...end].map(String.init)
            }
            index = end + 1
        }
        return parts.prefix(20).joined(separator: ", ") + (parts.count > 20 ? ", …" : "")
    }

    /// Formats a time span as `12 s`, `5 min`, `3 h`, `2 d`: in the largest unit of which there are at least two.
    static func span(_ seconds: Double) -> String {
        for (unit, size) in [("d", 86_400), ("h", 3_600), ("min", 60)] where seconds >= Double(2 * size) {
            return "\(Int(seconds) / size) \(unit)"
        }
        return seconds > 0 && seconds < 1 ? "< 1 s" : "\(Int(seconds)) s"
    }

    /// Formats a time as `2026-11-24T10:00:00Z`.
    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }
}
