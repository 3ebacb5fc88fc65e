import ShoalScoring

/// Results as tables in Markdown.
struct Report {
    let results: Results
    /// The stored results for the same streams and seeds.
    let before: Results?

    /// A line of the table of targets.
    struct Line {
        let target: Target
        let stream: String
        let value: Double
        let verdict: Target.Verdict
    }

    var lines: [Line] {
        Target.all.flatMap { target in
            streams(of: target).compactMap { stream in
                let spread = results.spread(target.figure, stream)
                guard results.streams.contains(stream) else { return nil }
                // A figure without a run misses its target.
                let value = target.value(spread)
                let verdict = value.isNaN ? .missed : target.verdict(value)
                return Line(target: target, stream: stream, value: value, verdict: verdict)
            }
        }
    }

    private func streams(of target: Target) -> [String] {
        target.streams == Target.logs ? results.streams.filter { $0.hasPrefix(LogCase.prefix) } : target.streams
    }

    var text: String {
        let seeds = results.streams.map { "\($0) \(results.seeds($0).count)" }.joined(separator: ", ")
        return """
            # Quality of the clusters

            Made by `make bench-quality`. Runs: \(seeds). What each figure is stands in `README.md` beside this file.

            ## Targets

            \(targets)

            ## All figures

            Median, and behind it the worst of all seeds (and checkpoints).

            \(figures(Figure.all.filter { !$0.key.contains(":") && $0.key != Figure.seconds.key }))

            ## The rules of others

            On the same directions, with the true number of clusters given.

            \(figures(Figure.all.filter { $0.key.contains(":") }))

            """
    }

    private var targets: String {
        let hasBefore = before != nil
        var rows = [
            ["what", "stream", "", "figure"] + (hasBefore ? ["before"] : []) + ["at least", "aim", ""]
        ]
        for line in lines {
            let (target, figure) = (line.target, line.target.figure)
            var row = [target.title, line.stream, target.statistic.rawValue, figure.text(line.value)]
            if hasBefore { row.append(earlier(target, line.stream)) }
            row += [figure.text(target.atLeast), target.aim.map { figure.text($0) } ?? "", line.verdict.rawValue]
            rows.append(row)
        }
        return Self.table(rows)
    }

    private func earlier(_ target: Target, _ stream: String) -> String {
        guard let before, before.seeds(stream) == results.seeds(stream) else { return "" }
        return target.figure.text(target.value(before.spread(target.figure, stream)))
    }

    private func figures(_ figures: [Figure]) -> String {
        var rows = [["figure"] + results.streams]
        for figure in figures {
            let spreads = results.streams.map { results.spread(figure, $0) }
            guard spreads.contains(where: { !$0.isEmpty }) else { continue }
            rows.append(
                [figure.title]
                    + spreads.map { spread in
                        if spread.isEmpty { return "" }
                        let (median, worst) = (spread.median, spread.worst(figure.better))
                        return figure.text(median) + (spread.values.count > 1 ? " (\(figure.text(worst)))" : "")
                    })
        }
        return Self.table(rows)
    }

    /// Formats a table with padded columns.
    private static func table(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rule = "| " + widths.map { String(repeating: "-", count: max($0, 3)) }.joined(separator: " | ") + " |"
        return ([line(rows[0]), rule] + rows.dropFirst().map(line)).joined(separator: "\n")
    }
}
