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
                    + "\(Formatting.count(group.instances.count, "instance"))"
                    + (group.assignor.isEmpty ? "" : ", assignment by \(group.assignor)")
            }
        let rows = group.instances.map { instance in
            let partitions = instance.partitions.isEmpty ? "no partition" : Formatting.list(instance.partitions)
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
        return [state] + Formatting.table(rows) + wait
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
                partition.position.map { Formatting.number($0) } ?? "-",
                Formatting.number(partition.lag), partition.eventTimeLagSeconds.map { Formatting.span($0) } ?? "-",
                [partition.phase, partition.epoch.map { "\($0)" }].compactMap { $0 }.joined(separator: " "),
                [partition.closed.map { "\($0)" } ?? "-", partition.isCaughtUp ? "end" : nil]
                    .compactMap { $0 }.joined(separator: " "),
                partition.snapshotMs.map { "\(Formatting.span(Double(max(status.timeMs - $0, 0)) / 1_000)) ago" }
                    ?? "-",
            ]
        }
        let lag = "\(Formatting.count(status.lag, "record")) behind in all"
        return Formatting.table([head] + rows) + rest + [lag]
    }

    private var epochLines: [String] {
        var lines: [String] = []
        if let waiting = status.waiting {
            let name = waiting.epoch.map { "epoch \($0)" } ?? "the first epoch"
            if !waiting.partitions.isEmpty {
                let others = waiting.isHeldBack ? ", which others have closed" : ""
                lines.append("\(name) waits for partition \(Formatting.list(waiting.partitions))\(others)")
            }
            if let reason = waiting.reason { lines.append("no further model: \(reason)") }
        }
        if let model = status.model {
            let version =
                model.version.map {
                    "model \($0)" + (model.epochEndMs.map { ", epoch ended \(Formatting.time($0))" } ?? "")
                }
                ?? "the genesis model"
            let age = model.publishedMs.map {
                ", published \(Formatting.span(Double(max(status.timeMs - $0, 0)) / 1_000)) ago"
            }
            lines.append("\(version)\(age ?? "")")
            if let next = model.nextChangesMs {
                lines.append("  changes by members' own watches are published next at \(Formatting.time(next))")
            }
            let step = model.minClusterSize
            lines.append(
                "  \(Formatting.count(model.shown, "published cluster")), \(SuppressedCount.text(model.withheld)); "
                    + "\(Formatting.atLeast(model.members, step: step)) members, "
                    + "\(Formatting.atLeast(model.unassigned, step: step)) in none; "
                    + "\(Formatting.count(model.topics, "topic")); settings.revision \(model.settingsRevision), "
                    + "rules \(model.rules)" + (model.rules < model.releaseRules ? newerRules(model) : ""))
        } else {
            lines.append("the application has not started: there is no model")
        }
        if let problem = status.placement?.problem { lines.append(problem) }
        let letters = status.deadLettersAtMost
        lines.append(letters == 0 ? "no dead letters" : "dead letters: at most \(Formatting.number(letters))")
        return lines
    }

    private func newerRules(_ model: ApplicationStatus.LastModel) -> String {
        " (a higher settings.revision takes rules \(model.releaseRules))"
    }
}
