import ShoalClustering
import ShoalReplay

@testable import ShoalPipeline

/// A writer isolates one person by forged records: viewers who watch what the person watches, and nobody else does. The records
/// are sent through the engine, after the application has run for fifteen days.
struct ForgingAttack {
    private static let groups = 6
    private static let viewers = 900
    private static let minimum: Int64 = 100
    private static let hoursBefore: Int64 = 15 * 24
    private static let first: Epoch = 20_000 * 24

    /// What an attempt that succeeds takes.
    struct Cost: Equatable {
        var records: Int
        /// Event time from the first forged record until the cluster is published, in days.
        var days: Double
    }

    let seed: UInt64
    /// `privacy.member-age` and `privacy.member-watches`.
    var age: Int64 = 0
    var watches: UInt32 = 0

    /// Returns the cost of the cheapest attempt that succeeds, of these: each forged viewer sends so many records at once, or
    /// so many on each of several days.
    func cheapest() throws -> Cost? {
        let plans = [(5, 1), (6, 1), (2, 3), (3, 3), (1, 5), (1, 6), (1, 8), (1, 9), (1, 10), (2, 9), (13, 8), (13, 9)]
        var found: Cost?
        for (records, days) in plans.sorted(by: { $0.0 * $0.1 < $1.0 * $1.1 })
        where found == nil && records * days >= Int(watches) {
            found = try attempt(records: records, days: days)
        }
        return found
    }

    /// Sends the records of one plan.
    /// - Returns: nil if the person is not isolated within sixteen days.
    private func attempt(records: Int, days: Int) throws -> Cost? {
        let key = PrivacyKey(
            bytes: (0..<32 as Range<UInt64>).map { UInt8(truncatingIfNeeded: ($0 &+ 11) &* 41 &+ seed) })
        var settings = Settings()
        settings.minClusterSize = Self.minimum
        (settings.memberAge, settings.memberWatches) = (age, watches)
        var engine = GivenEpochs(
            settings: settings, topics: Self.topics, partitions: 1, first: Self.first, keys: { _ in KeyedTopics(key) })
        let members = (0..<Self.viewers + Int(Self.minimum) - 1).map {
            key.storedPseudonym(of: Array("viewer-\($0)".utf8))
        }
        var (draws, places) = (SplitMix64(seed: seed &+ 17), [Pseudonym: ClusterID]())
        func watch(_ viewer: Int, _ epoch: Epoch, _ topic: Int) {
            var event = EngineEvent()
            (event.watched, event.duration) = (60_000, 60_000)
            event.member = members[viewer]
            event.order = UInt64(truncatingIfNeeded: members[viewer])
            event.time = epoch * settings.fixed.epochLength + Int64(viewer)
            event.text = Self.topics[topic]
            event.topics = [.init(name: 0..<event.text.count, weight: 1 << 16)]
            engine.handle(event, partition: 0)
        }
        var sent = 0
        for hour in 0..<Self.hoursBefore + 16 * 24 {
            let epoch = Self.first + hour
            for viewer in 0..<Self.viewers where draws.next() % 3 == 0 {
                // The first viewer is the person.
                let group = viewer == 0 ? Self.groups : viewer % Self.groups
                watch(viewer, epoch, group * 4 + Int(draws.next() % 4))
            }
            let (day, isDue) = (Int(hour - Self.hoursBefore) / 24, hour >= Self.hoursBefore && hour % 24 == 12)
            if isDue, day < days {
                for viewer in Self.viewers..<members.count {
                    for step in 0..<records { watch(viewer, epoch, Self.groups * 4 + (viewer + day + step) % 4) }
                    sent += records
                }
            }
            for change in try engine.close().changes { places[change.member] = change.to }
            guard hour >= Self.hoursBefore, let place = places[members[0]], place != 0 else { continue }
            let others = members[1..<Self.viewers].count { places[$0] == place }
            if others == 0 {
                let began = Self.hoursBefore + 12
                return Cost(records: sent, days: Double(hour + 1 - began) / 24)
            }
        }
        return nil
    }

    private static let topics = (0...groups).flatMap { group in (0..<4).map { Array("g\(group)-\($0)".utf8) } }
}
