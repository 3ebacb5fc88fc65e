@testable import ShoalClustering

/// Generates partitions of watch events: late, early, silent and small ones, repetitions, tombstones, invalid records,
/// viewers with wrong clocks, and forged bursts.
struct InputMaker {
    let settings: Settings
    var draws: Draws
    private(set) var partitions: [[Scenario.Arrival]] = []
    private var ids: UInt64 = 0
    private let groups: Int

    init(settings: Settings, draws: Draws) {
        self.settings = settings
        self.draws = draws
        groups = self.draws.pick(2, 3, 5)
    }

    private static let topicsPerGroup = 3

    /// The topics that are watched.
    var names: [[UInt8]] { (0..<groups * Self.topicsPerGroup).map(Self.name) }

    static func name(_ topic: Int) -> [UInt8] { Array("topic \(topic)".utf8) }

    /// A topic of the policy, if there is one.
    static let sensitive = Array("clinic".utf8)

    static func member(_ viewer: Int) -> Pseudonym {
        var mixer = SplitMix64(seed: UInt64(viewer) &+ 99)
        return UInt128(mixer.next()) << 64 | UInt128(mixer.next())
    }

    mutating func make(partitions count: Int) {
        let forged = draws.chance(0.3) ? draws.below(count) : nil
        for number in 0..<count { partitions.append(partition(number, isForged: number == forged)) }
    }

    private mutating func partition(_ partition: Int, isForged: Bool) -> [Scenario.Arrival] {
        let viewers = draws.pick(2, 4, 6, 9, 14, 30)
        var wrong: [Int: Int64] = [:]
        for viewer in 0..<viewers where draws.chance(0.12) {
            wrong[viewer] = draws.pick(-30_000, 20_000, 40_000)
        }
        var time = Scenario.firstEpoch * settings.fixed.epochLength + draws.pick(0, 0, 0, 3_000, 12_000)
        let size = draws.pick(0, 6, 20, 45, 80)
        let pace = draws.pick(1, 1, 2)
        let burst = isForged ? draws.below(size + 1) : nil
        var arrivals: [Scenario.Arrival] = []
        for index in 0...size {
            if index == burst {
                let ahead: Int64 = draws.pick(15_000, 40_000, 150_000)
                for viewer in 0..<1 + draws.below(7) {
                    let event = event(partition * 1_000 + 500 + viewer, time + ahead, at: time)
                    arrivals.append(.init(content: .event(event), at: time, isAhead: true))
                }
            }
            guard index < size else { break }
            time += draws.chance(0.95) ? Int64(pace * draws.pick(0, 50, 100, 200, 300)) : draws.pick(4_000, 15_000)
            let viewer = draws.below(viewers)
            let late: Int64 = draws.pick(0, 0, 0, 0, 400, 1_500)
            let event = event(partition * 1_000 + viewer, time + (wrong[viewer] ?? 0) - late, at: time)
            var content = Scenario.Content.event(event)
            if draws.chance(0.06) {
                content = .events(
                    [event]
                        + (0..<1 + draws.below(3)).map { _ in
                            self.event(partition * 1_000 + draws.below(viewers), time, at: time)
                        })
            }
            if draws.chance(0.03) { content = .tombstone(event.member) }
            if draws.chance(0.02) { content = .garbage }
            arrivals.append(.init(content: content, at: time, isAhead: wrong[viewer] ?? 0 > 0))
            if draws.chance(0.08), let earlier = arrivals.suffix(4).first {
                arrivals.append(.init(content: earlier.content, at: time, isAhead: earlier.isAhead))
            }
            if draws.chance(0.05) { arrivals.append(.init(content: .aborted, at: time)) }
        }
        return arrivals
    }

    /// - Parameter arrival: the time of its record.
    private mutating func event(_ viewer: Int, _ time: Int64, at arrival: Int64) -> EngineEvent {
        ids += 1
        var event = EngineEvent()
        event.member = Self.member(viewer)
        event.order = UInt64(truncatingIfNeeded: event.member >> 64) &* 3
        event.id = draws.chance(0.95) ? ids : nil
        let group = draws.chance(0.85) ? viewer % groups : draws.below(groups)
        for _ in 0...draws.below(2) {
            let name = Self.name(group * Self.topicsPerGroup + draws.below(Self.topicsPerGroup))
            let start = event.text.count
            event.text += name
            event.topics.append(.init(name: start..<event.text.count, weight: 1 << 16))
        }
        if !settings.policy.isEmpty, viewer % groups == 0, time % 3 == 0 {
            event.topics.append(
                .init(name: event.text.count..<event.text.count + Self.sensitive.count, weight: 1 << 16))
            event.text += Self.sensitive
        }
        event.watched = Int64(draws.below(40_000))
        event.duration = 30_000
        event.time = time
        event.recordTime = arrival
        return event
    }
}
