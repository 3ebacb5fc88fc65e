import ShoalSchemas

/// An item of news.
enum DemoNews {
    /// - Parameter seen: how long after a step of the story the change shows it; empty if it shows none.
    case change(ClusterChange, seen: String = "")
    /// A step of the script, which is not passed to the pipeline, and a line that explains it.
    case story(String, why: String, time: Int64)
    /// A cluster that disappeared without a published end.
    case silence(ClusterTable.Silence, time: Int64)
}

extension ClusterTable.Silence {
    /// A human-readable line.
    var words: String {
        let about = topics.isEmpty ? "" : " (\(topics.joined(separator: ", ")))"
        return
            "cluster \(cluster)\(about) is no longer published: it has fewer than \(DemoScenario.minClusterSize) "
            + "members"
    }
}

/// The news so far, as lines for a terminal. The latest are last.
struct DemoNewsLog {
    private(set) var lines: [DemoLine] = []
    private var nextMember = ContinuousClock.now

    /// The minimum interval between member changes shown, of which there may be thousands.
    private static let memberPause = Duration.milliseconds(700)

    mutating func add(_ news: [DemoNews]) {
        for one in news {
            if case .change(let change, _) = one, change.kind.isOfMember {
                guard nextMember <= .now else { continue }
                nextMember = .now + Self.memberPause
            }
            for line in DemoLine.lines(one) { add(line) }
        }
    }

    mutating func add(_ line: DemoLine) {
        lines.append(line)
        if lines.count > 200 { lines.removeFirst(100) }
    }
}
