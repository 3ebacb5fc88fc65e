import Foundation
import ShoalPipeline
import TestSupport
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

@Suite("Inference of traits")
struct TraitInferenceTests: PublishingTests {
    private static let viewers = 400
    /// So many viewers, the first ones, watch `x`.
    private static let having = 160

    private func members() throws -> [Pseudonym] {
        let key = try key()
        return (0..<Self.viewers).map { key.storedPseudonym(of: Array("u\($0)".utf8)) }
    }

    /// What is measured of the viewers of `x` if these changes are published.
    private func trait(
        having: Int = Self.having, least: Int64 = 1, rotation: Int64? = nil, _ partitions: [[MemberChange]]
    ) throws -> DisclosureMeasures.Trait {
        let folder = try TemporaryFolder()
        let text = (0..<Self.viewers).map { viewer in
            """
            {"event_id":"\(viewer)","user_id":"u\(viewer)","video_id":"v","topics":["\(viewer < having ? "x" : "y")"],\
            "watched_ms":9,"duration_ms":9,"event_time_ms":\(start + Int64(viewer))}

            """
        }
        let input = try TryInput(try folder.file("events.ndjson", text.joined()), corrections: [])
        let traits = try DisclosureTraits(input, of: [], topics: ["x"])
        var settings = Settings()
        settings.minClusterSize = least
        settings.fixed.rotation = rotation
        return try measures(traits, settings, partitions).traits[0]
    }

    @Test("the area is the share of pairs in the right order; equal scores count half")
    func area() {
        func area(_ having: [Int64], _ lacking: [Int64]) -> Int64 {
            TraitInference.area(
                lacking.map { .init(value: $0, hasTrait: false) } + having.map { .init(value: $0, hasTrait: true) })
        }
        #expect(area([1, 2], [0, -1]) == 1_000_000)
        #expect(area([0, -1], [1, 2]) == 0)
        #expect(area([7, 7, 7], [7, 7]) == 500_000)
        #expect(area([3, 1], [2, 0, 1]) == 750_000, "4 of 6 pairs, and half of one")
        #expect(area([1, 3], [2, 2, 2]) == 500_000)
        #expect(area([5, 5, 1], [5]) == 333_333)
    }

    @Test("logarithms have 16 binary digits, and are rounded down")
    func logarithms() {
        for power in 0..<64 { #expect(FixedLogarithm.log2(1 << UInt64(power)) == Int64(power) << 16) }
        for number in [3, 10, 12_345, 1 << 40 - 1, UInt64.max / 3] as [UInt64] {
            let exact = Foundation.log2(Double(number)) * 65_536
            #expect(abs(Double(FixedLogarithm.log2(number)) - exact.rounded(.down)) <= 1, "\(number)")
        }
        #expect(FixedLogarithm.log2(3) == 103_872)
    }

    @Test("a cluster of only viewers with the trait tells all, and a cluster of all tells nothing")
    func extremes() throws {
        let members = try members()
        let apart = members.enumerated().map { change($1, 0, $0 < Self.having ? 5 : 6, start + hour) }
        let all = try trait([apart])
        #expect(all.aucCluster == 1_000_000 && all.aucHistory == 1_000_000 && all.holdsAUC == false)
        let together = members.map { change($0, 0, 5, start + hour) }
        let none = try trait([together])
        #expect(none.aucCluster == 500_000 && none.aucHistory == 500_000 && none.holdsAUC == true)
        // Suppressed: the verdict only.
        let hidden = try trait(least: Int64(Self.having) + 1, [apart])
        #expect(hidden.aucCluster == nil && hidden.aucHistory == nil && hidden.holdsAUC == false)
    }

    @Test("the history tells what the last cluster does not: a former cluster, its length, and times in none")
    func histories() throws {
        let members = try members()
        func trait(_ changes: (_ viewer: Int, _ member: Pseudonym) -> [MemberChange]) throws -> DisclosureMeasures.Trait
        {
            let changes = members.enumerated().flatMap { changes($0, $1) }
            // The changes of each epoch come together.
            let sorted = changes.sorted { ($0.time ?? 0, $0.member) < ($1.time ?? 0, $1.member) }
            let one = try self.trait([sorted])
            let two = try self.trait([
                sorted.filter { $0.member % 2 == 0 }, sorted.filter { $0.member % 2 == 1 },
            ])
            #expect(one == two, "partitions make no difference")
            return one
        }
        let former = try trait { viewer, member in
            let other: ClusterID = viewer < Self.having ? 5 : 6
            return [change(member, 0, other, start + hour), change(member, other, 7, start + 9 * hour)]
        }
        #expect(former.aucCluster == 500_000 && former.aucHistory == 1_000_000)
        let longer = try trait { viewer, member in
            let time = start + (viewer < Self.having ? 60 : 3) * hour
            return [change(member, 0, 5, start + hour), change(member, 5, 7, time)]
        }
        #expect(longer.aucCluster == 500_000 && longer.aucHistory == 1_000_000)
        let left = try trait { viewer, member in
            let back = viewer < Self.having ? [change(member, 5, 0, start + 20 * hour)] : []
            return [change(member, 0, 5, start + hour)] + back
        }
        #expect(left.aucCluster == 1_000_000)
    }

    @Test("between both, the area is computed from the members of each cluster, with each half known once")
    func between() throws {
        let members = try members()
        // All with the trait are in 5, and every third of the others.
        let inFirst = members.indices.map { $0 < Self.having || $0 % 3 == 0 }
        let changes = zip(members, inFirst).map { change($0, 0, $1 ? 5 : 6, start + hour) }
        let trait = try trait([changes])
        let areas = (0..<2).map { half -> Int64 in
            let others = (Self.having..<Self.viewers).filter { TraitInference.half(of: members[$0]) == half }
            let (all, wrong) = (Int64(others.count), Int64(others.count { inFirst[$0] }))
            // A pair with one of 6 is in the right order, and another one is half right.
            return ((2 * all - wrong) * 500_000 + all / 2) / all
        }
        #expect(trait.aucCluster == (areas[0] + areas[1]) / 2)
        #expect(abs((trait.aucCluster ?? 0) - 833_333) < 10_000, "\(trait)")
        #expect(trait.aucHistory == trait.aucCluster && trait.holdsAUC == false)
    }

    @Test("with rotation, the worst period counts, and nothing is known of the one before")
    func rotation() throws {
        let members = try members()
        let (day, period) = (24 * hour, start / (24 * hour))
        func run(_ first: (Int) -> ClusterID, _ second: (Int) -> ClusterID) throws -> DisclosureMeasures.Trait {
            let changes =
                members.enumerated().map { change($1, 0, first($0), start + hour, period: period) }
                + members.enumerated().map { change($1, 0, second($0), start + day, .rotated, period: period + 1) }
                + members.enumerated().map { change($1, first($0), 0, start + day, .rotated, period: period) }
            return try trait(rotation: day, [changes])
        }
        let apart = { $0 < Self.having ? 5 : 6 as ClusterID }
        for trait in [try run(apart) { _ in 7 }, try run({ _ in 7 }, apart)] {
            #expect(trait.aucCluster == 1_000_000 && trait.aucHistory == 1_000_000)
        }
        let never = try run({ _ in 7 }, { _ in 8 })
        #expect(never.aucCluster == 500_000 && never.aucHistory == 500_000)
    }

    @Test("of fewer than 50 viewers with the trait in a half, nothing is measured")
    func few() throws {
        let members = try members()
        let changes = members.enumerated().map { change($1, 0, $0 < 5 ? 5 : 6, start + hour) }
        let trait = try trait(having: 90, [changes])
        #expect(trait.aucCluster == nil && trait.aucHistory == nil && trait.holdsAUC == nil && trait.viewers == 90)
    }
}
