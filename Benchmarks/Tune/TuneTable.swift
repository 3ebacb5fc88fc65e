import Foundation

/// The results as a table in Markdown.
struct TuneTable {
    var cases: [TuneCase]

    var text: String {
        let head = """
            | settings | gain | hits | moves | members | points | points, ratio |
            | --- | --- | --- | --- | --- | --- | --- |

            """
        return head + cases.map(rows).joined()
    }

    private func rows(_ one: TuneCase) -> String {
        let given = one.isDefault ? "defaults" : Self.settings(one.given)
        let ratio = one.before.points > 0 ? one.after.points / one.before.points : .infinity
        let verdict =
            one.faults.isEmpty
            ? (ratio.isFinite ? Self.number(ratio, 2) : "from 0") : "missed: \(one.faults.joined(separator: ", "))"
        return row(given, one.before, "") + row("→ \(Self.settings(one.recommended))", one.after, verdict)
    }

    private func row(_ name: String, _ measures: TuneCase.Measures, _ verdict: String) -> String {
        let cells = [
            name, Self.number(measures.gain, 4), "\(Self.number(measures.hits * 100, 1)) %",
            Self.number(measures.moves, 3), Self.number(measures.members, 0), Self.number(measures.points, 4), verdict,
        ]
        return "| \(cells.joined(separator: " | ")) |\n"
    }

    private static func settings(_ settings: [String: String]) -> String {
        settings.isEmpty ? "the same" : settings.sorted { $0 < $1 }.map { "`\($0)=\($1)`" }.joined(separator: ", ")
    }

    private static func number(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
