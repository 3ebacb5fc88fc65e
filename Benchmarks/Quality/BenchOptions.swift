import Foundation

/// The command line.
struct BenchOptions: Sendable {
    /// The names of the streams to run; `nil` for all.
    private(set) var streams: Set<String>?
    var seeds = 10
    var jobs = ProcessInfo.processInfo.activeProcessorCount
    /// The directory for results; `nil` to discard them.
    var out: String?
    var log: String?
    /// The directory of real logs.
    var logs: String?
    var rules = RulesOption.none
    /// A Python with scikit-learn; `nil` to leave its k-means out of the ceiling.
    var python: String?
    /// The file for the input of a comparison with other code, instead of a run.
    var check: String?
    var isVerbose = false

    static let usage = """
        usage: bench-quality [options]

        Runs streams with known truth through the engine and scores what it finds. Prints tables; the exit status is 1 where a
        target is missed, 2 where it cannot run.

          --streams NAMES  some of \(StreamName.allCases.map(\.rawValue).joined(separator: ", ")), log:NAME,
                           apart by commas (all)
          --seeds N        seeds 1 … N (10), or a list as 3,7
          --jobs N         runs at a time (as many as processors)
          --log FILE       the real log, one JSON object a line, gzip or not; without it the stream "real" is skipped
          --logs DIRECTORY real logs NAME.ndjson or NAME.ndjson.gz, with settings in NAME.properties, as streams log:NAME
          --rules CHANGES  changes rules for an ablation: name=value, apart by commas, after "previous" from those of the
                           previous release: \(RulesOption.names.joined(separator: ", "))
          --out DIRECTORY  stores results.csv and results.md there, where all seeds of a stream were run
          --sklearn PYTHON ten starts of scikit-learn's k-means are a part of the ceiling
          --check FILE     runs nothing; writes small random input and what our own code makes of it, for check.py
          --verbose        also what each run found of the script, and which operations mirror nothing
          --help           this text
        """

    private(set) var seedList: [Int] = Array(1...10)

    /// - Throws: `BenchError`.
    init(_ words: [String]) throws {
        var words = words[...]
        func value(_ name: String, _ inline: String?) throws -> String {
            if let inline { return inline }
            guard let next = words.popFirst() else { throw BenchError("\(name) needs a value") }
            return next
        }
        while let word = words.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let (name, inline) = (parts[0], parts.count == 2 ? parts[1] : nil)
            switch name {
            case "--streams": streams = try Self.streams(try value(name, inline))
            case "--seeds": seedList = try Self.seeds(try value(name, inline))
            case "--jobs":
                guard let number = Int(try value(name, inline)), number > 0 else {
                    throw BenchError("--jobs must be a number above 0")
                }
                jobs = number
            case "--log": log = try value(name, inline)
            case "--logs": logs = try value(name, inline)
            case "--rules": rules = try RulesOption(try value(name, inline))
            case "--out": out = try value(name, inline)
            case "--sklearn": python = try value(name, inline)
            case "--check": check = try value(name, inline)
            case "--verbose": isVerbose = true
            default: throw BenchError("unknown option \(word); --help lists them")
            }
        }
    }

    /// Whether a stream is to be run.
    func isWanted(_ stream: String) -> Bool { streams?.contains(stream) ?? true }

    private static func streams(_ text: String) throws -> Set<String> {
        let names = text.split(separator: ",").map(String.init)
        for name in names where StreamName(rawValue: name) == nil && !name.hasPrefix(LogCase.prefix) {
            let known = StreamName.allCases.map(\.rawValue).joined(separator: ", ")
            throw BenchError("there is no stream \"\(name)\"; there are \(known), and \(LogCase.prefix)NAME")
        }
        return Set(names)
    }

    private static func seeds(_ text: String) throws -> [Int] {
        let numbers = text.split(separator: ",").map { Int($0) }
        guard !numbers.isEmpty, numbers.allSatisfy({ ($0 ?? 0) > 0 }) else {
            throw BenchError("--seeds \(text): must be a number above 0, or a list of them")
        }
        let seeds = numbers.compactMap { $0 }
        return seeds.count == 1 && !text.contains(",") ? Array(1...seeds[0]) : seeds
    }
}
