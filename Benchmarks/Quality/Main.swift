import Foundation
import ShoalScoring

@main
struct Main {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.contains("--help") || words.contains("-h") {
            print(BenchOptions.usage)
            return
        }
        do {
            let options = try BenchOptions(words)
            if let path = options.check { return try Check().write(to: path) }
            let isMet = try await Bench(options).run()
            exit(isMet ? 0 : 1)
        } catch {
            say("bench-quality: \(error)")
            exit(2)
        }
    }

    /// Writes a line to standard error.
    static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// Runs all streams, several at a time, and reports the results.
struct Bench {
    private let options: BenchOptions
    private var logs: [LogCase] = []

    init(_ options: BenchOptions) throws {
        self.options = options
        let isRealWanted = options.isWanted(StreamName.real.rawValue)
        if isRealWanted, let path = options.log, FileManager.default.fileExists(atPath: path) {
            logs.append(try .real(path))
        } else if isRealWanted {
            Main.say("real: skipped, the log is not there\(options.log.map { ": \($0)" } ?? " (--log)")")
        }
        if let directory = options.logs { logs += try LogCase.all(in: directory) { options.isWanted($0) } }
    }

    private var scikitLearn: ScikitLearn? { options.python.map { ScikitLearn(python: $0) } }

    private enum Job: Sendable {
        case stream(StreamName, seed: Int)
        case log(LogCase, seed: Int)
    }

    /// The longest runs first, to keep all processors busy.
    private var jobs: [Job] {
        let order: [StreamName] = [.fine, .large, .drift, .many]
        let streams = (order + StreamName.allCases.filter { !order.contains($0) })
            .filter { $0 != .real && options.isWanted($0.rawValue) }
        return streams.flatMap { stream in
            options.seedList.prefix(stream.seeds).map { Job.stream(stream, seed: $0) }
        } + logs.flatMap { log in options.seedList.map { Job.log(log, seed: $0) } }
    }

    /// - Returns: Whether every target is met.
    func run() async throws -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        let runs = try await perform(jobs)
        var results = Results(runs)
        results.addStability()
        let stored = options.out.flatMap { read($0) }
        let report = Report(results: results, before: stored)
        print(report.text)
        Main.say("\(runs.count) runs in \(Figure.number((clock.now - start) / .seconds(60), 1)) minutes")
        let missed = report.lines.filter { $0.verdict == .missed }
        if !missed.isEmpty { Main.say("missed: \(missed.count) of \(report.lines.count) targets") }
        if let out = options.out { try store(results, in: out, stored) }
        return missed.isEmpty
    }

    private func perform(_ jobs: [Job]) async throws -> [RunResult] {
        try await withThrowingTaskGroup(of: RunResult.self) { group in
            var runs: [RunResult] = []
            var waiting = jobs[...]
            for _ in 0..<options.jobs {
                if let job = waiting.popFirst() { group.addTask { try await perform(job) } }
            }
            while let run = try await group.next() {
                runs.append(run)
                say(run, runs.count, of: jobs.count)
                if let job = waiting.popFirst() { group.addTask { try await perform(job) } }
            }
            return runs
        }
    }

    /// Runs concurrently with its caller.
    @concurrent
    private func perform(_ job: Job) async throws -> RunResult {
        switch job {
        case .log(let log, let seed): return try LogRun(log, seed: seed, options.rules.rules, scikitLearn).run()
        case .stream(let stream, let seed):
            guard var run = try StreamRun(stream, seed: seed, options.rules.rules, scikitLearn) else {
                throw BenchError("the generator has no stream \"\(stream.rawValue)\"")
            }
            return try run.run()
        }
    }

    private func say(_ run: RunResult, _ count: Int, of all: Int) {
        let figures: [Figure] = [.ari, .clusters, .largest, .moves, .relabelled, .mergedBack, .seconds]
        let shown = figures.compactMap { figure in run[figure].map { "\(figure.title) \(figure.text($0))" } }
        let objective = Spread(run.values[Figure.objective.key] ?? [])
        Main.say(
            "[\(count)/\(all)] \(run.stream) \(run.seed): objective \(Figure.objective.text(objective.mean)) ("
                + "\(Figure.objective.text(objective.worst(.larger)))), " + shown.joined(separator: ", "))
        if options.isVerbose { for note in run.notes { Main.say("    \(note)") } }
    }

    private func read(_ directory: String) -> Results? {
        guard let text = try? String(contentsOfFile: directory + "/results.csv", encoding: .utf8) else { return nil }
        return Results(csv: text)
    }

    /// Stores results. Streams without all ten seeds keep their stored results.
    private func store(_ results: Results, in directory: String, _ before: Results?) throws {
        let whole = Results(
            results.runs.filter { Set(results.seeds($0.stream)).isSuperset(of: 1...Results.seeds(of: $0.stream)) })
        guard !whole.runs.isEmpty else {
            Main.say("not stored: results are kept of ten seeds")
            return
        }
        let all = before.map { whole.filled(with: $0) } ?? whole
        try all.csv.write(toFile: directory + "/results.csv", atomically: true, encoding: .utf8)
        let text = Report(results: all, before: nil).text
        try text.write(toFile: directory + "/results.md", atomically: true, encoding: .utf8)
        Main.say("stored in \(directory): \(whole.streams.joined(separator: ", "))")
    }
}
