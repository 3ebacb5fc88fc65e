@testable import ShoalClustering
@testable import ShoalPipeline

extension Scenario {
    /// The maximum number of instances.
    static let instances = 4
    /// The epoch of the first events.
    static let firstEpoch: Epoch = 100

    /// Returns a random scenario in which any kind of fault may occur.
    static func random(_ seed: UInt64) -> Scenario {
        var draws = Draws(seed, 1)
        var scenario = Scenario(seed: seed)
        scenario.isGrowing = draws.chance(0.5)
        scenario.settings = settings(&draws)
        scenario.drawBounds(Draws(seed, 4))
        scenario.clock = scenario.settings.fixed
        var input = InputMaker(settings: scenario.settings, draws: Draws(seed, 2))
        input.make(partitions: draws.pick(1, 2, 2, 3, 4))
        scenario.input = input.partitions
        if draws.chance(0.8) { scenario.vocabulary = input.names }
        let start = firstEpoch * scenario.settings.fixed.epochLength
        scenario.wallStart = start - 2_000
        if !scenario.isGrowing {
            scenario.allowsFuture = draws.chance(0.3)
            if draws.chance(0.5) { scenario.wallStart = .max / 2 }
        }
        scenario.width = draws.pick(1, 2, 3)
        let hardness = draws.pick(0, 0.1, 0.3, 1, 2)
        scenario.drawRates(hardness, &draws)
        scenario.drawFaults(hardness, Draws(seed, 3))
        if seed % 4 == 1 { scenario.stretchToDays(Draws(seed, 6)) }
        return scenario
    }

    /// Bounds that are reached, in some scenarios.
    private mutating func drawBounds(_ draws: Draws) {
        var draws = draws
        if draws.chance(0.2) { settings.newMemberTTL = 2_000 }
        if draws.chance(0.2) { settings.membersMax = draws.pick(2, 3, 5) }
        if draws.chance(0.2) { settings.topicsMax = draws.pick(2, 4, 8) }
        // Few enough that clusters begin, and so many that some of them are retired.
        settings.clustersMinMembers = draws.pick(1, 2, 3)
        takesRules = draws.chance(0.3)
        if takesRules { settings.revision = 1 }
        if draws.chance(0.3) { settings.fixed.rotation = draws.pick(1_500, 4_000) }
        if draws.chance(0.3) { settings.fixed.outputEvery = .every(draws.pick(700, 2_500, 3_000, 6_000)) }
        if draws.chance(0.4) {
            settings.policy = TopicPolicy(
                told: .allButSensitive, neutralized: draws.chance(0.8) ? ["health"] : [],
                rules: [
                    .init(category: "health", form: .exact, term: String(decoding: InputMaker.sensitive, as: UTF8.self))
                ])
        }
    }

    private static func settings(_ draws: inout Draws) -> Settings {
        var settings = Settings()
        settings.fixed.epochLength = 1_000
        settings.fixed.staleness = draws.pick(1, 2, 2, 3)
        settings.fixed.clockQuorum = draws.pick(2, 3)
        settings.fixed.clockMaxStep = 5
        settings.fixed.dedupWindow = draws.pick(3, 8, 64)
        settings.fixed.profileTopics = draws.pick(2, 16)
        settings.halfLife = draws.pick(2_000, 8_000)
        settings.minEvents = draws.pick(1, 2)
        settings.seedMembers = draws.pick(2, 4, .auto)
        settings.clustersInitial = draws.pick(2, 3, 4)
        settings.clustersMin = draws.pick(1, 2)
        settings.minClusterSize = draws.pick(1, 1, 2, 3)
        settings.topicsMinViewers = draws.pick(1, 2)
        if draws.chance(0.3) { settings.memberTTL = 3_000 }
        if draws.chance(0.2) { settings.sensitiveTopics = [Array("topic 1*".utf8)] }
        settings.publishesMemberships = draws.chance(0.3)
        return settings
    }

    private mutating func drawRates(_ hardness: Double, _ draws: inout Draws) {
        rates.aborts = hardness * draws.pick(0, 0.02, 0.1)
        rates.unknowns = hardness * draws.pick(0, 0.05, 0.25)
        rates.retriable = hardness * draws.pick(0, 0.05)
        rates.markers = draws.pick(0.1, 0.3, 0.6)
        rates.idleTimeout = draws.pick(1, 30, 150)
        if draws.chance(0.3) { rates.again = 500 }
        rates.patience = draws.pick(1_500, 1_500, 100)
        rates.wall = draws.pick(5, 10, 20)
        rates.outbox = draws.pick(600, 2_000, 20_000)
        rates.burst = draws.pick(1, 6)
        rates.part = draws.pick(60, 150, Chunks.largest)
        rates.opening = draws.pick(1, 3, 65_536)
        rates.transaction = draws.pick(200, 800, 5_000)
        rates.snapshots = draws.pick(5, 40, 200, 1_000_000)
        rates.snapshotStep = draws.pick(1, 2, 4_096)
    }

    private mutating func drawFaults(_ hardness: Double, _ base: Draws) {
        var draws = base
        guard hardness > 0 else { return }
        faultSteps = draws.pick(300, 1_000, 2_500)
        func count(_ rates: Double...) -> Int {
            let expected = hardness * draws.pick(rates) * Double(faultSteps)
            return Int(expected) + (draws.chance(expected - expected.rounded(.down)) ? 1 : 0)
        }
        var kinds: [Fault] = []
        for _ in 0..<count(0, 0.001, 0.004, 0.008) { kinds.append(.crash(draws.below(Self.instances))) }
        for _ in 0..<count(0, 0.001, 0.004) {
            kinds.append(
                .pause(
                    draws.below(Self.instances), steps: draws.pick(20, 150, 500), isExpelled: draws.chance(0.6),
                    completes: draws.chance(0.6)))
        }
        for _ in 0..<count(0, 0.002, 0.006) {
            kinds.append(.pauseInTransaction(draws.below(Self.instances), steps: draws.pick(30, 120, 300)))
        }
        for _ in 0..<count(0, 0, 0.001) {
            kinds.append(.duplicateInstance(draws.below(Self.instances), steps: draws.pick(20, 150, 500)))
        }
        for _ in 0..<count(0, 0.001, 0.004, 0.008) { kinds.append(.expel(draws.below(Self.instances))) }
        for _ in 0..<count(0, 0.001, 0.004) { kinds.append(.rebalance) }
        for _ in 0..<count(0.001, 0.01) { kinds.append(.completeRebalance) }
        for _ in 0..<count(0, 0.001, 0.004) { kinds.append(.scale(draws.below(Self.instances))) }
        for _ in 0..<count(0, 0.001) { kinds.append(.stop(draws.below(Self.instances))) }
        for _ in 0..<count(0, 0.002, 0.006) { kinds.append(.timeOut(age: draws.pick(100, 300))) }
        for _ in 0..<count(0, 0.01) { kinds.append(.retention) }
        for _ in 0..<count(0, 0.005) { kinds.append(.compaction) }
        // Both together may leave no trace of the application.
        if draws.chance(0.06) { kinds.append(draws.pick(.greedyRetention, .forget)) }
        faults = kinds.map { (1 + draws.below(faultSteps), $0) }.sorted { $0.0 < $1.0 }
    }
}
