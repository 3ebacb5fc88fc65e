package import Clustering
internal import Pipeline

/// Who is where for the outside, looked at when the first epoch opens that is 1, 2, 4, 8 … epochs behind the start. The last
/// few looks are kept, so that in the end one is at hand that lies near the middle, wherever the end may be.
struct Looks {
    /// By k: the look at 2^k epochs behind the start.
    private(set) var taken: [Int: [Pseudonym: ClusterID]] = [:]
    private var next = 0
    private static let kept = 3

    /// An epoch was opened.
    mutating func look(_ shard: borrowing Shard<KeyedTopics>, since start: Epoch) {
        guard let open = shard.openEpoch, next < 62, open - start >= 1 << next else { return }
        var places: [Pseudonym: ClusterID] = [:]
        places.reserveCapacity(shard.memberCount)
        shard.forEachEligible { member, _, outside in places[member] = outside }
        // A partition that was silent for long has looked the same all the while.
        while next < 62, open - start >= 1 << next {
            taken[next] = places
            next += 1
        }
        for number in taken.keys where number < next - Self.kept { taken[number] = nil }
    }

    /// The look that lies nearest before the middle of so many epochs; nil: there are too few.
    static func middle(of epochs: Int64) -> Int? {
        guard epochs >= 4 else { return nil }
        return Int64.bitWidth - 1 - (epochs / 2).leadingZeroBitCount
    }
}

/// An eligible member at the end of a replay.
package struct SampledMember: Sendable {
    package var member: Pseudonym
    /// 0: in none.
    package var cluster: ClusterID
    package var direction: [Component]

    /// How many are looked at, at most.
    static let most = 20_000

    /// Those whose pseudonyms come first in an order of their own, which does not depend on partitions.
    static func sample(of shard: borrowing Shard<KeyedTopics>) -> [SampledMember] {
        var ranked: [(rank: UInt64, member: Pseudonym)] = []
        shard.forEachEligible { member, _, _ in ranked.append((rank(member), member)) }
        ranked.sort { ($0.rank, $0.member) < ($1.rank, $1.member) }
        return ranked.prefix(most).compactMap { entry in
            guard let view = shard.member(entry.member), let cluster = view.cluster else { return nil }
            return SampledMember(member: entry.member, cluster: cluster, direction: view.direction)
        }
    }

    /// The sample of all partitions.
    static func merge(_ samples: [[SampledMember]]) -> [SampledMember] {
        samples.joined().map { (rank: rank($0.member), sampled: $0) }
            .sorted { ($0.rank, $0.sampled.member) < ($1.rank, $1.sampled.member) }
            .prefix(most).map(\.sampled)
    }

    private static func rank(_ member: Pseudonym) -> UInt64 {
        var draws = SplitMix64(seed: UInt64(truncatingIfNeeded: member))
        return draws.next()
    }
}
