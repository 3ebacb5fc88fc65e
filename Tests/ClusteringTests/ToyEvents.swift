@testable import ShoalClustering

/// Groups of viewers who watch the same few topics, with some noise.
struct ToyEvents {
    var groups = 4
    var topicsPerGroup = 4
    var viewers = 300
    var epochs = 12
    var eventsPerEpoch = 900
    var length: Int64 = 1_000
    var draws: SplitMix64

    init(seed: UInt64) {
        draws = SplitMix64(seed: seed)
    }

    static func name(_ topic: Int) -> [UInt8] { Array("topic \(topic)".utf8) }

    var names: [[UInt8]] { (0..<groups * topicsPerGroup).map(Self.name) }

    static func member(_ viewer: Int) -> Pseudonym {
        var mixer = SplitMix64(seed: UInt64(viewer) &+ 99)
        return UInt128(mixer.next()) << 64 | UInt128(mixer.next())
    }

    private mutating func draw(_ below: Int) -> Int { Int(draws.uniform() * Double(below)) }

    /// Returns events by partition. Each partition is in order of time, except for some late events.
    mutating func records(partitions: Int, tombstones: Double = 0.002) -> [[ToyRecord]] {
        var records: [[ToyRecord]] = Array(repeating: [], count: partitions)
        for epoch in 0..<epochs {
            for step in 0..<eventsPerEpoch {
                let viewer = draw(viewers)
                let member = Self.member(viewer)
                let partition = viewer % partitions
                if draws.uniform() < tombstones {
                    records[partition].append(.erase(member))
                    continue
                }
                var event = EngineEvent()
                event.member = member
                event.order = UInt64(truncatingIfNeeded: member >> 64) &* 3
                let isRepetition = draws.uniform() < 0.01
                event.id = isRepetition ? UInt64(step / 2) : UInt64(epoch) << 32 | UInt64(step) << 8 | 1
                let group = draws.uniform() < 0.85 ? viewer % groups : draw(groups)
                for _ in 0...draw(2) {
                    let name = Self.name(group * topicsPerGroup + draw(topicsPerGroup))
                    let start = event.text.count
                    event.text += name
                    event.topics.append(.init(name: start..<event.text.count, weight: 1 << 16))
                }
                event.watched = Int64(draw(40_000))
                event.duration = 30_000
                let late = draws.uniform() < 0.03 ? Int64(draw(3_000)) : 0
                event.time = 1_000_000 + Int64(epoch) * length + Int64(step) * length / Int64(eventsPerEpoch) - late
                records[partition].append(.event(event))
            }
        }
        return records
    }

    var settings: Settings {
        var settings = Settings()
        settings.fixed.epochLength = length
        settings.halfLife = 5 * length
        settings.seedMembers = 150
        settings.clustersInitial = groups
        settings.minClusterSize = 10
        settings.topicsMinViewers = 2
        return settings
    }
}
