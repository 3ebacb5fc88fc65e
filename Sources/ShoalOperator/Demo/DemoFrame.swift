import ShoalOperations
import ShoalPipeline
import ShoalReplay
import ShoalSchemas

/// A frame of the demo: lines that fit a terminal's size.
struct DemoFrame {
    let width: Int
    let height: Int
    let hasColor: Bool

    private typealias Style = StyledLine.Style
    private static let blocks = Array("▏▎▍▌▋▊▉█")

    /// - Parameter news: The news so far, the latest last.
    func lines(_ state: DemoState, _ news: [DemoLine]) -> [String] {
        var lines = head(state)
        let rows = state.table.rows
        // A third of the remaining lines is for the news.
        let room = max(height - lines.count - 1, 2)
        let most = max(room - max(room / 3, min(room / 2, 6)), 1)
        lines += table(state, rows, most: most)
        let left = height - lines.count
        guard left > 0 else { return Array(lines.prefix(height)) }
        lines.append(title("events"))
        lines += news.suffix(max(left - 1, 0)).map { $0.line(width, hasColor: hasColor) }
        return Array(lines.prefix(height))
    }

    /// Returns only the table, without trends.
    func table(_ state: DemoState) -> [String] {
        table(state, state.table.rows, most: .max)
    }

    private func line(_ build: (inout StyledLine) -> Void) -> String {
        var line = StyledLine(width, hasColor: hasColor)
        build(&line)
        return line.text
    }

    private func title(_ text: String) -> String {
        line { line in
            line.add("── \(text) ", Style.dim)
            line.add(String(repeating: "─", count: max(width - line.width, 0)), Style.dim)
        }
    }

    /// Whether there is no room for bars.
    private var isNarrow: Bool { width < 70 }

    private func head(_ state: DemoState) -> [String] {
        guard !isNarrow else {
            let time = state.epoch == nil ? "starting" : ReportWords.weekdayTime(state.time)
            return [
                line { line in
                    line.add("shoal demo", .bold)
                    line.add("  \(time)  \((state.epoch ?? -1) + 1) of \(state.epochs)")
                }
            ] + narrowFigures(state)
        }
        return [
            line { line in
                line.add("shoal demo", .bold)
                line.add("  \(state.epoch == nil ? "starting" : ReportWords.weekdayTime(state.time))  ")
                let done = Double((state.epoch ?? -1) + 1) / Double(state.epochs)
                line.add(bar(done, columns: 20, isPadded: true), .cyan)
                line.add("  epoch \((state.epoch ?? -1) + 1) of \(state.epochs)")
                line.add(Formatting.elapsed(state.elapsed), endingAt: width, .dim)
            }
        ] + figures(state)
    }

    /// The counts: on one line if there is room, without the rate if that makes room, and otherwise on two lines.
    private func figures(_ state: DemoState) -> [String] {
        let statistics = state.statistics
        let input = "\(Formatting.number(statistics.events)) events in"
        let rate = " (\(Formatting.number(state.eventRate)) a second)"
        let output = "\(Formatting.number(state.table.changes)) changes out"
        let members =
            "\(Formatting.number(state.table.homes.count)) of \(Formatting.number(statistics.members)) viewers in "
            + Formatting.count(state.table.clusters, "cluster")
            + (statistics.suppressedClusters > 0 && state.table.clusters > 0
                ? ", \(SuppressedCount.text(statistics.suppressedClusters))" : "")
        let gap = "   "
        func line(_ parts: (text: String, style: Style)...) -> String {
            self.line { line in for part in parts { line.add(part.text, part.style) } }
        }
        let rest = gap + output + gap + members
        if (input + rate + rest).count <= width { return [line((input, .plain), (rate, .dim), (rest, .plain))] }
        if (input + rest).count <= width { return [line((input + rest, .plain))] }
        return [line((input, .plain), (rate, .dim), (gap + output, .plain)), line((members, .plain))]
    }

    private func narrowFigures(_ state: DemoState) -> [String] {
        let statistics = state.statistics
        let events = "\(Formatting.number(statistics.events)) events"
        let members = "\(Formatting.number(state.table.homes.count)) of \(Formatting.number(statistics.members))"
        return [
            line { $0.add("\(events)  \(Formatting.number(state.table.changes)) changes") },
            line { $0.add("\(members) viewers in \(Formatting.count(state.table.clusters, "cluster"))") },
        ]
    }

    /// The table without bars and trends.
    private func narrowTable(_ state: DemoState, _ rows: [ClusterTable.Row], most: Int) -> [String] {
        var lines = [
            line { line in
                line.add("id", endingAt: 4, .dim)
                line.add("members", endingAt: 13, .dim)
                line.add("  leading topics", .dim)
            }
        ]
        for row in rows.prefix(most) {
            lines.append(
                line { line in
                    line.add("\(row.id)", endingAt: 4, Style.cluster(row.id))
                    line.add(Formatting.number(row.announced ?? Int64(row.members)), endingAt: 13)
                    line.add("  " + row.topics.joined(separator: ", ").printable)
                })
        }
        return lines
    }

    private func table(_ state: DemoState, _ rows: [ClusterTable.Row], most: Int) -> [String] {
        guard !isNarrow else {
            var lines = narrowTable(state, rows, most: most)
            if rows.count > most { lines.append(line { $0.add("… and \(rows.count - most) more", .dim) }) }
            if rows.isEmpty { lines.append(line { $0.add("  no clusters yet", .dim) }) }
            return lines
        }
        let columns = min(max(width / 4, 8), 30)
        var lines = [
            line { line in
                line.add("cluster", endingAt: 8, .dim)
                line.add("members", endingAt: 17, .dim)
                line.pad(to: 27 + columns)
                line.add("leading topics", .dim)
            }
        ]
        let largest = rows.map(\.members).max() ?? 1
        for row in rows.prefix(most) {
            lines.append(
                line { line in
                    let style = Style.cluster(row.id)
                    line.add("\(row.id)", endingAt: 8, style)
                    if let announced = row.announced {
                        // The cluster's creation announced these members, but none has joined yet.
                        line.add(Formatting.number(announced), endingAt: 17, .dim)
                        line.add("  announced", .dim)
                    } else {
                        line.add(Formatting.number(row.members), endingAt: 17)
                        line.add("  ")
                        line.add(bar(Double(row.members) / Double(max(largest, 1)), columns: columns), style)
                        line.pad(to: 20 + columns)
                        add(trend: row, to: &line)
                    }
                    line.pad(to: 27 + columns)
                    line.add(row.topics.joined(separator: ", ").printable)
                })
        }
        if rows.count > most { lines.append(line { $0.add("… and \(rows.count - most) more", .dim) }) }
        if rows.isEmpty { lines.append(line { $0.add("  \(waiting(state))", .dim) }) }
        return lines
    }

    private func add(trend row: ClusterTable.Row, to line: inout StyledLine) {
        let difference = row.members - row.before
        if difference > 0 { line.add("▲\(difference)", .green) }
        if difference < 0 { line.add("▼\(-difference)", .red) }
    }

    /// Returns a line that explains why no clusters exist yet.
    private func waiting(_ state: DemoState) -> String {
        let (eligible, needed) = (state.statistics.eligible, state.seedMembers)
        return
            "no clusters yet: \(Formatting.number(eligible)) of the \(Formatting.number(needed)) viewers that they "
            + "require have enough events"
    }

    /// A bar in eighths of a column.
    private func bar(_ share: Double, columns: Int, isPadded: Bool = false) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(columns * 8)).rounded())
        let rest = eighths % 8 == 0 ? "" : String(Self.blocks[eighths % 8 - 1])
        let text = String(repeating: "█", count: eighths / 8) + rest
        return isPadded ? text + String(repeating: "·", count: columns - text.count) : text
    }
}

/// A line of news.
struct DemoLine {
    var time: Int64?
    var text: String
    var style: StyledLine.Style

    init(note text: String) {
        self.text = text.printable
        style = .red
    }

    /// Returns the lines of an item: that of a step of the story has another one, which explains it.
    static func lines(_ news: DemoNews) -> [DemoLine] {
        guard case .story(_, let why, _) = news, !why.isEmpty else { return [DemoLine(news)] }
        var second = DemoLine(note: "         \(why)")
        second.style = .dim
        return [DemoLine(news), second]
    }

    init(_ news: DemoNews) {
        switch news {
        case .story(let text, _, let time):
            self.time = time
            self.text = "» the stream: \(text)"
            style = .bold
        case .silence(let silence, let time):
            self.time = time
            text = silence.words.printable
            style = .red
        case .change(let change, let seen):
            time = change.eventTime
            text = (seen.isEmpty ? "" : "\(seen): ") + change.words.printable
            style =
                switch change.kind {
                case .memberJoined, .memberMoved, .memberLeft: .plain
                case .memberErased, .clusterRetired: .red
                case .clusterCreated: .green
                case .clusterSplit, .clusterMerged: .cyan
                case .clusterDrifted: .yellow
                }
        }
    }

    func line(_ width: Int, hasColor: Bool) -> String {
        var line = StyledLine(width, hasColor: hasColor)
        if let time { line.add(ReportWords.weekdayTime(time).suffix(5) + "  ", .dim) }
        line.add(text, style)
        return line.text
    }
}
