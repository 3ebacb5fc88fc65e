import Foundation

/// Statistics of the faults so far.
struct FaultTable {
    private struct Row {
        var struck = 0
        var differences = 0
        var away: [Duration] = []
    }

    private var rows: [Fault: Row] = [:]
    private(set) var strikes = 0

    /// - Parameter differences: The number of differences found in the round of these faults.
    mutating func add(_ story: [Strike], differences: Int) {
        strikes += story.count
        for strike in story {
            rows[strike.fault, default: Row()].struck += 1
            if let away = strike.away { rows[strike.fault]?.away.append(away) }
        }
        for fault in Set(story.map(\.fault)) { rows[fault]?.differences += differences }
    }

    /// The table as Markdown.
    var text: String {
        var lines = [
            "| fault | struck | differences in its rounds | away: median | worst | of |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for fault in Fault.allCases {
            guard let row = rows[fault] else { continue }
            let away = row.away.sorted()
            let median = away.isEmpty ? "–" : Self.seconds(away[away.count / 2])
            let worst = away.last.map(Self.seconds) ?? "–"
            lines.append(
                "| \(fault.rawValue) | \(row.struck) | \(row.differences) | \(median) | \(worst) | \(away.count) |")
        }
        return lines.joined(separator: "\n")
    }

    static func seconds(_ time: Duration) -> String {
        let tenths = (time.components.seconds * 10) + time.components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
