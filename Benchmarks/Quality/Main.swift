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
    private var log: RealLog?

    init(_ options: BenchOptions) throws {
        self.options = options
        guard options.streams.contains(.real) else { return }
        guard let path = options.log, FileManager.default.fileExists(atPath: path) else {
            Main.say("real: skipped, the log is not there\(options.log.map { ": \($0)" } ?? " (--log)")")
            return
        }
        log = try RealLog(path: path)
    }

    private var scikitLearn: ScikitLearn? { options.python.map { ScikitLearn(python: $0) } }

    private struct Job: Sendable {
        let stream: StreamName
        let seed: Int
    }

    /// - Returns: Whether every target is met.
    func run() async throws -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        let streams = options.streams.filter { $0 != .real || log != nil }
        // The longest runs first, to keep all processors busy.
        let order: [StreamName] = [.drift, .many]
        let jobs = (order + StreamName.allCases.filter { !order.contains($0) }).filter { streams.contains($0) }
            .flatMap { stream in options.seedList.map { Job(stream: stream, seed: $0) } }
        let runs = try await perform(jobs)
        let results = Results(runs)
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
        if let log, job.stream == .real { return try RealRun(log, seed: job.seed, scikitLearn).run() }
        guard var run = try StreamRun(job.stream, seed: job.seed, scikitLearn) else {
            throw BenchError("the generator has no stream \"\(job.stream.rawValue)\"")
        }
        return try run.run()
    }

    private func say(_ run: RunResult, _ count: Int, of all: Int) {
        let figures: [Figure] = [.ari, .clusters, .movesIn60, .seconds]
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
        let whole = Results(results.runs.filter { Set(results.seeds($0.stream)).isSuperset(of: 1...10) })
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
