import Testing

@testable import ShoalClustering

@Suite("The halves of a cluster's sample")
struct HalvesTests {
    /// Returns directions close to the axis of a topic, with a little of another topic.
    private static func points(_ axes: [TopicNumber], noise: UInt16 = 3_000) -> SparsePoints {
        let samples = axes.enumerated().map { number, axis in
            Sample(
                order: UInt64(number),
                direction: [
                    Component(topic: axis, value: 32_000),
                    Component(topic: 10 + TopicNumber(number % 3), value: noise),
                ])
        }
        return SparsePoints(samples, keeping: { _ in true })
    }

    private static func halves(_ points: SparsePoints) -> Halves? {
        Halves(points) { Draws.state(3, .split, cluster: 1, start: $0) }
    }

    @Test("two distant groups are told apart, whatever their order and sizes")
    func two() throws {
        let axes = (0..<40).map { TopicNumber($0 % 4 == 0 ? 1 : 2) }
        let halves = try #require(Self.halves(Self.points(axes)))
        #expect(halves.isTwo(.current) && halves.gain > 0)
        #expect(Set([halves.counts.0, halves.counts.1]) == [10, 30])
        #expect(halves.smallerShare == 0.25)
        #expect(Set(zip(axes, halves.sides).map { "\($0) \($1)" }).count == 2)
        #expect(halves.sides.reduce(0, +) == halves.counts.1)
    }

    @Test("a single group is not two, though it has halves")
    func one() throws {
        var draws = SplitMix64(seed: 5)
        let samples = (0..<200).map { _ in
            Sample(
                order: draws.next(),
                direction: (0..<8).map { Component(topic: $0, value: UInt16(20_000 + draws.next() % 2_000)) })
        }
        let halves = try #require(Self.halves(SparsePoints(samples, keeping: { _ in true })))
        #expect(!halves.isTwo(.current))
    }

    @Test("there are none of fewer than four points, and none with a single point on a side")
    func few() {
        #expect(Self.halves(Self.points([1, 2, 1])) == nil)
        #expect(Self.halves(Self.points([1, 1, 1, 1, 2], noise: 1)) == nil)
        #expect(Self.halves(Self.points([1, 1, 2, 2])) != nil)
    }

    @Test("the ratio is 1 without dispersion in the groups, 0 without gain, and independent of their sizes")
    func ratio() {
        #expect(Halves.ratio(gain: 4, 10, 30, 0, 0) == 1)
        #expect(Halves.ratio(gain: 0, 10, 30, 2, 2) == 0)
        #expect(Halves.ratio(gain: -1, 10, 30, 2, 2) == 0)
        // The gain and the dispersion of groups that are ten times as large.
        let (small, large) = (Halves.ratio(gain: 4, 10, 30, 2, 3), Halves.ratio(gain: 40, 100, 300, 20, 30))
        #expect(abs(small - large) < 1e-12 && small > 0 && small < 1)
    }
}
