import Foundation
import ShoalSchemas
import Synchronization
import Testing

@testable import ShoalPipeline
@testable import ShoalReplay

/// `SHOAL_VERIFY_RUNS`: the number of runs; `SHOAL_VERIFY_SEED`: the seed of the first run.
@Suite("Verification of simulated runs")
struct VerifyTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment["SHOAL_VERIFY_\(name)"].flatMap { UInt64($0) }
    }

    /// The totals of all runs.
    private struct Sum {
        var next: UInt64
        var verified = 0
        var models = 0
        var changes = 0
        var failures: [(seed: UInt64, finding: String)] = []
    }

    @Test("a recorded run with idle partitions, kills and growth is repeated identically, and never hangs")
    func random() async {
        let (runs, first) = (Self.setting("RUNS") ?? 20, Self.setting("SEED") ?? 1)
        let sum = Shared(Sum(next: first))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<max(ProcessInfo.processInfo.activeProcessorCount, 1) {
                group.addTask { await onThread { Self.verify(sum, before: first + runs) } }
            }
        }
        let result = sum.value.withLock { $0 }
        print(
            "verify: seeds \(first) to \(first + runs - 1), \(result.verified) runs compared, \(result.models) models, "
                + "\(result.changes) changes, \(result.failures.count) failed")
        for (seed, finding) in result.failures.sorted(by: { $0.seed < $1.seed }) {
            Issue.record("seed \(seed): \(finding); again with make test-verify SEED=\(seed) RUNS=1")
        }
        #expect(runs < 20 || result.models > 0 && result.changes > 0)
    }

    @Test("a difference does not name the member")
    func nameless() {
        var change = ClusterChange(id: 7, kind: .memberMoved)
        (change.member, change.to) = (0x0a0b_0c0d, 12)
        var value: [UInt8] = []
        change.encode(into: &value)
        let expected = PublishedChanges.Expected(key: [], value: value, inputOffset: 3)
        let difference = Difference(.missing, expected: expected, found: nil, inputOffset: nil, 0, 0)
        #expect(difference.expected?.contains("12") == true && difference.expected?.contains("0a0b0c0d") == false)
    }

    private static func verify(_ sum: Shared<Sum>, before end: UInt64) {
        while true {
            let seed: UInt64? = sum.value.withLock { sum in
                guard sum.next < end, sum.failures.count < 10 else { return nil }
                sum.next += 1
                return sum.next - 1
            }
            guard let seed else { return }
            let (finding, size) = verify(seed)
            sum.value.withLock { sum in
                if let finding { sum.failures.append((seed, finding)) }
                guard let size else { return }
                sum.verified += 1
                sum.models += size.models
                sum.changes += size.changes
            }
        }
    }

    /// Runs the scenario of a seed to its end or to a point in the middle, and verifies it with three orders of its
    /// tasks.
    private static func verify(_ seed: UInt64) -> (finding: String?, size: (models: Int, changes: Int)?) {
        var draws = Draws(seed, 6)
        let world = Simulation(Scenario.idle(seed))
        do {
            try world.advance(steps: draws.chance(0.3) ? 200 + draws.below(4_000) : .max)
            guard world.refusal == nil, let run = try VerifiedRun(world, outputs: draws.pick(1, 2, 3)) else {
                return (nil, nil)
            }
            for order in 0..<3 as Range<UInt64> {
                if let finding = run.finding(order: order) { return ("order \(order): \(finding)", run.size) }
            }
            return (run.unlearningFinding(&draws), run.size)
        } catch {
            return ("the run itself: \(error)", nil)
        }
    }
}

/// A value that several threads modify.
final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }
}
