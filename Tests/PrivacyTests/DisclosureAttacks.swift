import Foundation
import ShoalClustering
import TestSupport
import Testing

@testable import ShoalPipeline
@testable import ShoalReplay

/// What `shoal disclosure` measures on a stream of fifteen days whose viewers often turn to other interests. Two topics are dropped: one
/// that all viewers of an interest group watch, and one that every tenth viewer watches, whatever else.
struct DisclosureAttacks {
    private static let groups = 8
    private static let viewers = 2_000
    private static let days = 15
    private static let minimum: Int64 = 100
    /// A Wednesday's midnight: the first and the eighth of the days end an interval of seven days.
    private static let start: Int64 = 1_767_139_200_000
    private static let hour: Int64 = 3_600_000
    /// The viewers of the interest group that watches the dropped topic. They keep to it.
    private static let faithful = 250

    private let seed: UInt64
    private let bounds = DisclosureBounds()

    init(seed: UInt64) { self.seed = seed }

    /// The rows of the table.
    func attacks() async throws -> [Attack] {
        let folder = try TemporaryFolder()
        let input = try TryInput(try folder.file("events.ndjson", events()), corrections: [])
        let plain = try await measures(input, .epoch)
        var attacks = try traits(plain)
        attacks += try neutralized(try await measures(input, .epoch, neutralizes: true))
        for (every, name) in [(.epoch, "epoch"), (.day, "1d"), (.week, "7d")] as [(Settings.OutputInterval, String)] {
            let measures = every == .epoch ? plain : try await measures(input, every)
            attacks += try sequences(measures, "`output.every=\(name)`")
        }
        let rotated = try await measures(input, .day, rotation: 86_400_000)
        attacks += try sequences(rotated, "`output.every=1d` and `privacy.rotation=1d`", isOpen: false)
        return attacks + (try forging(plain.forging))
    }

    /// What does it take to isolate a person, and is it what `shoal disclosure` computes?
    private func forging(_ computed: DisclosureMeasures.Forging) throws -> [Attack] {
        let week: Int64 = 604_800_000
        let cases: [(name: String, age: Int64, watches: UInt32)] = [
            ("`privacy.member-age=0s`", 0, 0), ("`privacy.member-age=7d`", week, 0),
            ("`privacy.member-age=7d` and `privacy.member-watches=102`", week, 102),
        ]
        return try cases.flatMap { entry -> [Attack] in
            let attack = ForgingAttack(seed: seed, age: entry.age, watches: entry.watches)
            let cost = try #require(try attack.cheapest(), "seed \(seed): \(entry.name): no attempt succeeds")
            if entry.watches == 0 {
                #expect(cost.records >= Int(computed.records), "\(entry.name): fewer records than computed")
            }
            let name = "isolate one person by forged viewers, \(entry.name)"
            return [
                Attack(
                    adversary: "writer", name: "\(name): records", value: Double(cost.records),
                    bound: Double(bounds.records), isLeast: true, isOpen: entry.watches == 0),
                Attack(
                    adversary: "writer", name: "\(name): days", value: cost.days, bound: Double(bounds.days), digits: 1,
                    isLeast: true, isOpen: entry.age == 0),
            ]
        }
    }

    private func measures(
        _ input: TryInput, _ every: Settings.OutputInterval, rotation: Int64? = nil, neutralizes: Bool = false
    ) async throws -> DisclosureMeasures {
        var settings = Settings()
        settings.minClusterSize = Self.minimum
        settings.policy = TopicPolicy(
            told: .allButSensitive, neutralized: neutralizes ? ["anyone", "group"] : [],
            rules: [
                .init(category: "group", form: .exact, term: "clinic"),
                .init(category: "anyone", form: .exact, term: "news"),
            ])
        settings.fixed.outputEvery = every
        settings.fixed.rotation = rotation
        let seed = seed
        let key = PrivacyKey(
            bytes: (0..<32 as Range<UInt64>).map { UInt8(truncatingIfNeeded: ($0 &+ 5) &* 37 &+ seed) })
        var options = ReplayOptions(settings: settings, key: key)
        options.epochs = .given
        options.partitions = 2
        let collector = DisclosureCollector(
            try DisclosureTraits(input, of: [settings], topics: []), key: key, settings: settings, bounds: bounds)
        var replay = Replay(options)
        replay.disclosure = collector
        let result = try await replay.run(input)
        return DisclosureReport.Run(with: "", result, collector).measures
    }

    /// What do clusters tell of a topic that enters no profile?
    private func traits(_ measures: DisclosureMeasures) throws -> [Attack] {
        #expect(measures.traits.map(\.name) == ["anyone", "group"])
        return try measures.traits.flatMap { trait -> [Attack] in
            let (highest, farthest) = (try #require(trait.highest), try #require(trait.farthest))
            let isOpen = trait.name == "group"
            let topic =
                isOpen ? "a dropped topic that an interest group watches" : "a dropped topic that nothing goes with"
            return [
                Attack(
                    adversary: "subscriber", name: "infer \(topic): highest lift in a published cluster, or in none",
                    value: Double(highest.lift) / 1e6, bound: Double(bounds.lift) / 1e6, digits: 1, isOpen: isOpen),
                Attack(
                    adversary: "subscriber", name: "infer \(topic): share of a cluster, farthest from the prior",
                    value: Double(farthest.distance) / 1e6, bound: Double(bounds.distance) / 1e6, digits: 2,
                    isOpen: isOpen),
            ]
        }
    }

    /// What do they tell of the topic of the interest group if its category is neutralized? In the first epochs, companions are not
    /// found yet.
    private func neutralized(_ measures: DisclosureMeasures) throws -> [Attack] {
        let trait = try #require(measures.traits.first { $0.name == "group" })
        let (highest, farthest) = (try #require(trait.highestAtEnd), try #require(trait.farthestAtEnd))
        let name = "infer the topic of the interest group with `protect = neutralize`"
        return [
            Attack(
                adversary: "subscriber", name: "\(name): highest lift after 15 days", value: Double(highest.lift) / 1e6,
                bound: Double(bounds.lift) / 1e6, digits: 1),
            Attack(
                adversary: "subscriber", name: "\(name): share of a cluster, farthest from the prior after 15 days",
                value: Double(farthest.distance) / 1e6, bound: Double(bounds.distance) / 1e6, digits: 2),
            Attack(
                adversary: "subscriber", name: "\(name): members in groups beyond a bound, of all epochs",
                value: Double(trait.beyond ?? 0) / 1e6, bound: 0.01, isPercentage: true),
        ]
    }

    /// Whose sequence of clusters is rare? A bound is promised only if pseudonyms are rotated whenever changes are published.
    private func sequences(_ measures: DisclosureMeasures, _ settings: String, isOpen: Bool = true) throws -> [Attack] {
        func attack(_ name: String, _ value: Int64, _ bound: Int64) -> Attack {
            Attack(
                adversary: "subscriber", name: "recognise a member by its sequence of clusters, \(settings): \(name)",
                value: Double(value) / 1e6, bound: Double(bound) / 1e6, isPercentage: true, isOpen: isOpen)
        }
        guard isOpen else {
            let row = try #require(measures.sequences.last { $0.at == "rotation" })
            return [
                attack("unique in the worst period", row.unique, bounds.unique),
                attack("in sets under ten in the worst period", row.fewerThanTen, bounds.fewerThanTen),
            ]
        }
        let (week, weeks) = (
            try #require(measures.sequences.first { $0.days == 7 }),
            try #require(measures.sequences.first { $0.days == 14 })
        )
        return [
            attack("unique after 7 days", week.unique, bounds.unique),
            attack("unique after 14 days", weeks.unique, bounds.unique),
            attack("in sets under ten after 14 days", weeks.fewerThanTen, bounds.fewerThanTen),
        ]
    }

    /// Each viewer watches about four times a day, mostly within one interest, and turns to another one about every third day.
    private func events() -> String {
        var draws = SplitMix64(seed: seed &+ 1)
        func below(_ count: Int) -> Int { Int(draws.next() % UInt64(count)) }
        var interests = (0..<Self.viewers).map {
            $0 < Self.faithful ? 0 : 1 + ($0 + below(Self.groups - 1)) % (Self.groups - 1)
        }
        var text = ""
        for step in 0..<Self.days * 24 {
            for viewer in 0..<Self.viewers where draws.next() % 6 == 0 {
                if viewer >= Self.faithful, draws.next() % 12 == 0 { interests[viewer] = 1 + below(Self.groups - 1) }
                let interest = draws.next() % 10 == 0 ? below(Self.groups) : interests[viewer]
                var topics = ["\"t\(interest)-\(below(5))\""]
                if viewer < Self.faithful, draws.next() % 5 == 0 { topics.append("\"clinic\"") }
                if viewer % 10 == 7, draws.next() % 5 == 0 { topics.append("\"news\"") }
                text += """
                    {"event_id":"\(step)-\(viewer)","user_id":"u\(viewer)","video_id":"v","topics":[\(topics.joined(separator: ","))],\
                    "watched_ms":9000,"duration_ms":9000,"event_time_ms":\(Self.start + Int64(step) * Self.hour + Int64(viewer))}

                    """
            }
        }
        return text
    }
}
