import Foundation
import ShoalScoring

/// The figures of all runs.
struct Results {
    private(set) var runs: [RunResult]

    init(_ runs: [RunResult]) {
        self.runs = runs
    }

    var streams: [String] {
        let (known, present) = (StreamName.allCases.map(\.rawValue), Set(runs.map(\.stream)))
        return known.filter(present.contains) + present.subtracting(known).sorted()
    }

    func seeds(_ stream: String) -> [Int] { runs.filter { $0.stream == stream }.map(\.seed).sorted() }

    /// Returns the number of seeds of which results are stored.
    static func seeds(of stream: String) -> Int { StreamName(rawValue: stream)?.seeds ?? 10 }

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

    /// Adds the agreement of final clusters over the seeds of each log, and that of batch k-means.
    mutating func addStability() {
        for stream in streams where stream == StreamName.real.rawValue || stream.hasPrefix(LogCase.prefix) {
            let places = runs.indices.filter { runs[$0].stream == stream && !runs[$0].labels.isEmpty }
                .sorted { runs[$0].seed < runs[$1].seed }
            guard places.count > 1 else { continue }
            for (index, first) in places.enumerated() {
                for second in places[(index + 1)...] {
                    let (left, right) = (runs[first], runs[second])
                    runs[first].append(Self.agreement(left.labels, right.labels), to: .keysARI)
                    runs[first].append(Self.agreement(left.batchLabels, right.batchLabels), to: .batchKeysARI)
                }
            }
            runs[places[0]][.keysAhead] = spread(.keysARI, stream).mean - spread(.batchKeysARI, stream).mean
        }
    }

    /// Returns the ARI of viewers that are eligible in both runs.
    private static func agreement(_ first: [Int32], _ second: [Int32]) -> Double {
        let both = zip(first, second).filter { $0 >= 0 && $1 >= 0 }
        return both.isEmpty ? .nan : Agreement(both.map(\.0), both.map(\.1)).adjustedRand
    }
}
