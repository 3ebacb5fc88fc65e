@testable import ShoalClustering

extension Scenario {
    /// A scenario in which partitions are idle for long, instances are killed and the input grows, and which loses no
    /// data that a comparison needs.
    static func idle(_ seed: UInt64) -> Scenario {
        var scenario = Scenario.random(seed)
        var draws = Draws(seed, 5)
        scenario.isGrowing = true
        scenario.allowsFuture = false
        scenario.wallStart = firstEpoch * scenario.settings.fixed.epochLength - 2_000
        scenario.rates.idleTimeout = draws.pick(1, 5, 30)
        for partition in scenario.input.indices where draws.chance(0.7) {
            for _ in 0...draws.below(2) { scenario.pause(partition, &draws) }
        }
        scenario.faults.removeAll { $0.fault == .forget || $0.fault == .greedyRetention }
        if draws.chance(0.5) {
            scenario.faultSteps = max(scenario.faultSteps, 1_000)
            for _ in 0...draws.below(3) {
                scenario.faults.append((draws.below(scenario.faultSteps), .crash(draws.below(instances))))
            }
            scenario.faults.sort { $0.step < $1.step }
        }
        return scenario
    }

    /// Delays a partition's records from a random one on, so that they arrive some time after their timestamps.
    private mutating func pause(_ partition: Int, _ draws: inout Draws) {
        guard !input[partition].isEmpty else { return }
        let first = draws.chance(0.4) ? 0 : draws.below(input[partition].count)
        let time: Int64 = draws.pick(3_000, 8_000, 20_000)
        for index in first..<input[partition].count { input[partition][index].at += time }
    }
}
