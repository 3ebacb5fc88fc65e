import Foundation
import ShoalScoring

/// The figures of all runs.
struct Results {
    private(set) var runs: [RunResult]

    init(_ runs: [RunResult]) {
        self.runs = runs
    }

    var streams: [String] {
        StreamName.allCases.map(\.rawValue).filter { name in runs.contains { $0.stream == name } }
    }

    func seeds(_ stream: String) -> [Int] { runs.filter { $0.stream == stream }.map(\.seed).sorted() }

    /// Returns the distribution over all seeds and checkpoints.
    func spread(_ figure: Figure, _ stream: String) -> Spread {
        Spread(runs.filter { $0.stream == stream }.flatMap { $0.values[figure.key] ?? [] })
    }

    // MARK: - File format

    private static let header = "stream,seed,figure,values"

    /// Comma-separated values with one line per run and figure. Values of several checkpoints are separated by spaces.
    var csv: String {
        var lines = [Self.header]
        for stream in streams {
            for run in runs.filter({ $0.stream == stream }).sorted(by: { $0.seed < $1.seed }) {
                for figure in Figure.all where figure.key != Figure.seconds.key {
                    guard let values = run.values[figure.key] else { continue }
                    let text = values.map { $0.isFinite ? Figure.number($0, 6) : $0.isNaN ? "" : "never" }
                    lines.append("\(stream),\(run.seed),\(figure.key),\(text.joined(separator: " "))")
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Parses the output of `csv`. Other lines are ignored.
    init(csv: String) {
        var runs: [RunResult] = []
        for line in csv.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count == 4, let seed = Int(fields[1]) else { continue }
            let values = fields[3].split(separator: " ").compactMap { text in
                text == "never" ? Double.infinity : Double(text.replacingOccurrences(of: "−", with: "-"))
            }
            if runs.last?.stream != String(fields[0]) || runs.last?.seed != seed {
                runs.append(RunResult(stream: String(fields[0]), seed: seed))
            }
            runs[runs.count - 1].values[String(fields[2])] = values
        }
        self.runs = runs
    }

    /// Returns these results, completed by those of other streams.
    func filled(with others: Results) -> Results {
        Results(runs + others.runs.filter { !streams.contains($0.stream) })
    }
}
