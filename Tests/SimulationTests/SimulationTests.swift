import Foundation
import Testing

@testable import ShoalPipeline

/// By default there is a fixed number of runs. `SHOAL_SIMULATION_SECONDS` sets a duration instead,
/// `SHOAL_SIMULATION_SEED` the first seed, and `SHOAL_SIMULATION_THREADS` the number of parallel runs.
/// `SHOAL_SIMULATION_TRACE` selects a single seed, which is shrunk if it fails, and prints its events.
@Suite("Simulation")
struct SimulationTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment["SHOAL_SIMULATION_\(name)"].flatMap { UInt64($0) }
    }

    @Test("a selected seed passes", .enabled(if: setting("TRACE") != nil, "SHOAL_SIMULATION_TRACE selects a seed"))
    func traced() throws {
        let seed = try #require(Self.setting("TRACE"))
        let run = Run(seed: seed)
        guard let finding = run.finding(log: { print($0) }) else { return print("seed \(seed) passes") }
        Self.report(run, finding)
        Issue.record("seed \(seed): \(finding)")
    }

    @Test("with random faults the result equals that of the reference run", .enabled(if: setting("TRACE") == nil))
    func random() async {
        let threads = Int(Self.setting("THREADS") ?? 1)
        let work = SharedRuns(
            first: Self.setting("SEED") ?? 0,
            Self.setting("SECONDS").map { .seconds(Double($0)) } ?? .runs(Self.runs), mostFailures: 5)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<threads { group.addTask { await onThread { work.go() } } }
        }
        let (runs, failures) = work.result
        print("simulation: \(runs) runs, \(failures.count) failed, faults: \(work.faults)")
        for (seed, finding) in failures {
            Self.report(Run(seed: seed), finding)
            Issue.record("seed \(seed): \(finding)")
        }
        #expect(runs > 0)
    }

    private static let runs: UInt64 = 100

    private static func report(_ run: Run, _ finding: String) {
        print("seed \(run.scenario.seed): \(finding); again with SHOAL_SIMULATION_TRACE=\(run.scenario.seed)")
        var shrinking = Shrinking(run, finding: finding)
        shrinking.shrink()
        print("made smaller:")
        for line in shrinking.report { print("  \(line)") }
    }

    @Test("a repeated run is identical")
    func again() {
        for seed in 0..<5 as Range<UInt64> {
            var traces: [[String]] = [[], []]
            for index in traces.indices { _ = Run(seed: seed).finding { traces[index].append($0) } }
            #expect(traces[0] == traces[1], "seed \(seed)")
        }
    }
}

/// Runs work on a separate thread, so that it does not block other tasks.
func onThread(_ work: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        let thread = Thread {
            work()
            continuation.resume()
        }
        thread.stackSize = 4 << 20
        thread.start()
    }
}
