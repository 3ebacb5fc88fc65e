import ShoalSchemas
import Testing

@testable import ShoalOperator
@testable import ShoalPipeline

@Suite("The picture of the demo")
struct DemoFrameTests {
    private func change(_ id: Int, _ kind: ClusterChange.Kind, _ set: (inout ClusterChange) -> Void) -> ClusterChange {
        var change = ClusterChange(id: UInt128(id), kind: kind)
        set(&change)
        return change
    }

    private func created(_ cluster: UInt32, _ members: Int64) -> ClusterChange {
        change(1_000 + Int(cluster), .clusterCreated) { change in
            (change.cluster, change.members) = (cluster, members)
            change.leadingTopics = [
                "chess", "a topic with a very long name that fills the line of any terminal, and more of it",
            ]
        }
    }

    private func joined(_ member: Int, _ cluster: UInt32) -> ClusterChange {
        change(10_000 + member, .memberJoined) { ($0.member, $0.to) = (UInt128(member), cluster) }
    }

    private func left(_ member: Int, _ cluster: UInt32) -> ClusterChange {
        change(20_000 + member, .memberLeft) { change in
            (change.member, change.from, change.why) = (UInt128(member), cluster, .retire)
        }
    }

    private func state(_ fill: (inout ClusterTable) -> Void = { _ in }) -> DemoState {
        var state = DemoState(epochs: 60, seedMembers: 1_000, time: 1_767_225_600_000)
        var partition = PipelineStatistics.Partition()
        (partition.members, partition.events) = (200_000, 24_123_456)
        state.statistics.partitions = [0: partition]
        fill(&state.table)
        return state
    }

    /// Returns the content of a screen after control sequences. Erasing after a full line erases its last column.
    private func screen(_ text: String, _ columns: Int, _ rows: Int) -> [String] {
        var lines = Array(repeating: Array(repeating: Character("~"), count: columns), count: rows)
        var (row, column) = (0, 0)
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "\u{1B}" else {
                lines[row][min(column, columns - 1)] = character
                column += 1
                continue
            }
            rest = rest.dropFirst()
            let parameters = rest.prefix { !$0.isLetter }
            rest = rest.dropFirst(parameters.count)
            let place = min(column, columns - 1)
            switch rest.popFirst() {
            case "H":
                row = (parameters.split(separator: ";").first.flatMap { Int($0) } ?? 1) - 1
                column = 0
            case "K": for index in place..<columns { lines[row][index] = " " }
            case "J":
                for index in place..<columns { lines[row][index] = " " }
                for index in (row + 1)..<rows { lines[index] = Array(repeating: " ", count: columns) }
            default: break
            }
        }
        return lines.map { String($0) }
    }

    @Test("every column is drawn, and no count is cut", arguments: [80, 100, 120])
    func columns(_ width: Int) throws {
        var state = state { table in
            for cluster in 1...12 as ClosedRange<UInt32> {
                _ = table.take(created(cluster, 100))
                for member in 0..<30 { _ = table.take(joined(Int(cluster) * 100 + member, cluster)) }
            }
        }
        state.eventRate = 312_345
        let news = (0..<40).map { _ in DemoLine(.story(String(repeating: "x", count: 200), why: "", time: 0)) }
        for hasColor in [false, true] {
            let lines = DemoFrame(width: width, height: 24, hasColor: hasColor).lines(state, news)
            #expect(lines.count == 24 && lines.allSatisfy { StyledLine.columns(of: $0) <= width })
            let shown = screen(Screen.picture(lines, (width, 24)), width, 24)
            #expect(!shown.joined().contains("~"), "all is drawn over")
            #expect(shown.last?.last == "…", "the last column of a line that is cut")
            #expect(shown.first { $0.contains("── events") }?.last == "─")
            let figures = shown[1...2].joined()
            for text in ["24,123,456 events in", "372 changes out", "360 of 200,000 viewers in 12 clusters"] {
                #expect(figures.contains(text), "\(figures)")
            }
        }
        let small = DemoFrame(width: width, height: 40, hasColor: false).lines(state, [])
        #expect(screen(Screen.picture(small, (width, 40)), width, 40).last?.allSatisfy { $0 == " " } == true)
    }

    @Test("small and large terminals are filled, and no line is wider", arguments: [(40, 12), (60, 16), (200, 60)])
    func sizes(_ width: Int, _ height: Int) {
        let state = state { table in
            for cluster in 1...12 as ClosedRange<UInt32> {
                _ = table.take(created(cluster, 100))
                for member in 0..<30 { _ = table.take(joined(Int(cluster) * 100 + member, cluster)) }
            }
        }
        let news = DemoLine.lines(.story("a step", why: "why it matters", time: 0))
        #expect(news.count == 2)
        let lines = DemoFrame(width: width, height: height, hasColor: true).lines(state, news)
        #expect(lines.count <= height && lines.allSatisfy { StyledLine.columns(of: $0) <= width })
        let shown = screen(Screen.picture(lines, (width, height)), width, height).joined(separator: "\n")
        for text in [
            "shoal demo", "24,123,456 events", "372 changes", "360 of 200,000 viewers in 12 clusters", "chess",
        ] {
            #expect(shown.contains(text), "\(text): \(shown)")
        }
        #expect(shown.contains("a step") && shown.contains("why it matters"), "\(shown)")
    }

    @Test("a change that shows a step of the story says how much later, once")
    func findings() {
        let scenario = DemoScenario(viewers: 3_000, epochs: 60)
        var findings = DemoFindings(scenario)
        let theme = DemoScenario.themes[12].topics
        func created(at epoch: Int, _ topics: [String]) -> ClusterChange {
            change(1, .clusterCreated) {
                ($0.cluster, $0.leadingTopics, $0.eventTime) = (13, topics, scenario.time(of: epoch))
            }
        }
        #expect(findings.seen(created(at: 18, theme), topics: []).isEmpty, "before it happened")
        #expect(findings.seen(created(at: 24, ["chess"]), topics: []).isEmpty)
        #expect(findings.seen(created(at: 25, theme), topics: []) == "seen 5 h after it happened")
        #expect(findings.seen(created(at: 26, theme), topics: []).isEmpty, "once")
    }

    @Test("a cluster has in the table the members that the news announced, until they come")
    func announced() {
        var state = state { _ = $0.take(created(7, 131)) }
        func row() -> String {
            DemoFrame(width: 120, height: 24, hasColor: false).table(state).first { $0.contains("chess") } ?? ""
        }
        #expect(row().contains(" 131  announced"), "\(row())")
        #expect(state.table.clusters == 0)
        _ = state.table.take(joined(1, 7))
        #expect(row().contains(" 131  announced") && state.table.clusters == 1, "one would be too small: \(row())")
        for member in 2...20 { _ = state.table.take(joined(member, 7)) }
        #expect(!row().contains("announced") && row().split(separator: " ").prefix(2) == ["7", "20"], "\(row())")
        _ = state.table.take(change(1, .clusterMerged) { ($0.cluster, $0.otherCluster) = (7, 5) })
        #expect(row().isEmpty && state.table.clusters == 0, "its members are on their way to another one")
        var other = ClusterTable()
        _ = other.take(created(8, 50))
        for _ in 0..<6 { _ = other.endEpoch() }
        #expect(other.rows.isEmpty, "members that never come are not waited for")
    }

    @Test("a cluster that falls silent is told once, and one that is retired or merged is not")
    func silence() {
        var table = ClusterTable()
        for cluster in 1...3 as ClosedRange<UInt32> {
            _ = table.take(created(cluster, 1))
            _ = table.take(joined(Int(cluster), cluster))
        }
        #expect(table.endEpoch().isEmpty)
        for cluster in 1...3 as ClosedRange<UInt32> { _ = table.take(left(Int(cluster), cluster)) }
        _ = table.take(change(1, .clusterRetired) { $0.cluster = 1 })
        #expect(table.endEpoch().isEmpty, "its end may still be read")
        _ = table.take(change(2, .clusterMerged) { ($0.cluster, $0.otherCluster) = (2, 5) })
        let silences = table.endEpoch()
        #expect(silences.map(\.cluster) == [3] && table.silenced == [3])
        #expect(silences.first?.words.contains("cluster 3 (chess, ") == true)
        #expect(table.endEpoch().isEmpty && table.endEpoch(isLast: true).isEmpty, "once")
        _ = table.take(change(3, .memberJoined) { ($0.member, $0.to) = (77, 3) })
        #expect(table.silenced.isEmpty, "it has come back")
        _ = table.take(change(4, .memberLeft) { ($0.member, $0.from) = (77, 3) })
        #expect(table.endEpoch(isLast: true).map(\.cluster) == [3], "also at the end")
    }
}
