import Foundation
import Testing

/// Leaves out each rule, one at a time. If the simulation finds nothing then, it would not find a mistake in the rule
/// either. `SHOAL_SIMULATION_MUTATIONS` sets the maximum number of runs per rule, covers all rules and prints a table;
/// `SHOAL_SIMULATION_OFF` selects a single rule.
@Suite("Rules left out")
struct MutationTests {
    /// Rules whose absence is found within a hundred runs.
    static let common = Rule.allCases.filter { $0.cannotBeShown == nil && !rare.contains($0) }
    /// Rules that prevent only rare coincidences.
    static let rare: Set<Rule> = [
        .boundHalves, .equalIsResent, .positionsFirst, .deltasToHigh, .modelsToHigh, .strangeIsLost, .doubt, .firstWord,
        .forgottenWords, .startNotFuture, .caughtUpKept, .stateToHigh,
    ]

    /// Returns the first run with a finding.
    private static func search(_ rule: Rule, most: UInt64) -> (run: UInt64, finding: String)? {
        for seed in 0..<most {
            if let finding = Run(seed: seed, off: rule).finding() { return (seed + 1, finding) }
        }
        return nil
    }

    @Test("leaving out a rule is detected")
    func common() async {
        await onThread {
            for rule in Self.common where Self.search(rule, most: 200) == nil {
                Issue.record("without \(rule.rawValue) (\(rule.text)) 200 runs found nothing")
            }
        }
    }

    @Test("making a rule's case more frequent finds nothing while the rule holds")
    func emphasised() async {
        await onThread {
            for rule in [Rule.boundHalves, .stateToHigh, .holes, .genesisGone, .forgotten, .firstWord] {
                for seed in 0..<15 as Range<UInt64> {
                    var run = Run(seed: seed, off: rule)
                    run.off = nil
                    if let finding = run.finding() { Issue.record("\(rule.rawValue), seed \(seed): \(finding)") }
                }
            }
        }
    }

    @Test("a failing run shrinks and keeps the same kind of finding")
    func shrinking() async {
        await onThread {
            for rule in [Rule.keepOutbox, .phase, .marks] {
                guard let (number, finding) = Self.search(rule, most: 200) else {
                    Issue.record("without \(rule.rawValue) 200 runs found nothing")
                    continue
                }
                let run = Run(seed: number - 1, off: rule)
                var shrinking = Shrinking(run, finding: finding, budget: 300)
                shrinking.shrink()
                let records = { (run: Run) in run.scenario.input.reduce(0) { $0 + $1.count } }
                #expect(Shrinking.kind(shrinking.finding) == Shrinking.kind(finding))
                #expect(records(shrinking.run) <= records(run) / 2)
                #expect(shrinking.run.scenario.faults.count <= run.scenario.faults.count)
                #expect(shrinking.run.finding() == shrinking.finding, "it can be made again")
            }
        }
    }

    private static let environment = ProcessInfo.processInfo.environment
    private static let mostRuns = environment["SHOAL_SIMULATION_MUTATIONS"].flatMap { UInt64($0) }

    @Test(
        "every rule is detected or has a documented reason",
        .enabled(if: mostRuns != nil, "SHOAL_SIMULATION_MUTATIONS sets the number of runs"))
    func all() async throws {
        let most = try #require(Self.mostRuns)
        let only = Self.environment["SHOAL_SIMULATION_OFF"]
        await onThread {
            for rule in Rule.allCases where only == nil || only == rule.rawValue {
                let found = Self.search(rule, most: rule.cannotBeShown == nil ? most : min(most, 200))
                let name = rule.rawValue.padding(toLength: 24, withPad: " ", startingAt: 0)
                if let found {
                    print("\(name) run \(found.run): \(found.finding)")
                } else {
                    print("\(name) not found: \(rule.cannotBeShown ?? rule.text)")
                    if rule.cannotBeShown == nil { Issue.record("\(rule.rawValue) was not found within \(most) runs") }
                }
            }
        }
    }
}
