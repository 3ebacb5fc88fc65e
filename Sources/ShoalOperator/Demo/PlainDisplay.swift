import Foundation
import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import Synchronization

/// The demo as lines, for pipes and files.
final class PlainDisplay: DemoDisplay {
    private let output = StandardStream.output
    private let counted = Mutex(Counted())

    /// Member changes since the last displayed epoch.
    private struct Counted {
        var epoch: Int?
        var joined = 0
        var moved = 0
        var left = 0
    }

    /// The number of epochs between two tables.
    private static let tableEvery = 10

    func note(_ text: String) {
        write([text.printable])
    }

    func show(_ news: [DemoNews], _ state: DemoState) -> Bool {
        var lines: [String] = []
        counted.withLock { counted in
            for one in news {
                switch one {
                case .change(let change, _) where change.kind == .memberJoined: counted.joined += 1
                case .change(let change, _) where change.kind == .memberMoved: counted.moved += 1
                case .change(let change, _) where change.kind.isOfMember: counted.left += 1
                case .change(let change, let seen):
                    lines.append(seen.isEmpty ? change.sentence() : Self.line(change, seen))
                case .silence(let silence, let time):
                    lines.append("\(Formatting.time(time))  \(silence.words.printable)")
                case .story(let text, let why, let time):
                    lines.append("\(Formatting.time(time))  the stream: \(text)")
                    lines.append("                      \(why)")
                }
            }
            guard let epoch = state.epoch, epoch != counted.epoch else { return }
            let statistics = state.statistics
            lines.append(
                "\(Formatting.time(state.time))  epoch \(epoch + 1) of \(state.epochs): \(statistics.events) events, "
                    + "\(state.table.homes.count) of \(statistics.members) viewers in "
                    + "\(Formatting.count(state.table.clusters, "cluster")) (\(SuppressedCount.text(statistics.suppressedClusters))); "
                    + "\(counted.joined) joined, "
                    + "\(counted.moved) moved, \(counted.left) left")
            if epoch / Self.tableEvery > (counted.epoch ?? 0) / Self.tableEvery { lines += Self.table(state) }
            counted = Counted(epoch: epoch)
        }
        return write(lines)
    }

    func end(_ summary: DemoSummary) {
        write(Self.table(summary.state) + summary.lines(width: nil))
    }

    private static func line(_ change: ClusterChange, _ seen: String) -> String {
        (change.eventTime.map { Formatting.time($0) + "  " } ?? "") + "\(seen): \(change.words.printable)"
    }

    private static func table(_ state: DemoState) -> [String] {
        state.table.rows.map { row in
            let members = row.announced.map { "\(Formatting.count($0, "member")) announced" }
            return "  cluster \(row.id): \(members ?? Formatting.count(row.members, "member")): "
                + row.topics.joined(separator: ", ").printable
        }
    }

    @discardableResult
    private func write(_ lines: [String]) -> Bool {
        output.isRead && (lines.isEmpty || output.write(lines.joined(separator: "\n") + "\n"))
    }
}
