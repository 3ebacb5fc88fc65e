package import ShoalClustering
internal import ShoalPipeline

/// An eligible member at the end of a replay.
package struct SampledMember: Sendable {
    package var member: Pseudonym
    /// The cluster; 0 if unassigned.
    package var cluster: ClusterID
    package var direction: [Component]

    /// The maximum sample size.
    static let most = 20_000

    /// Returns the members that are first in an order of pseudonyms that does not depend on partitions.
    static func sample(of shard: borrowing Shard<KeyedTopics>) -> [SampledMember] {
        var ranked: [(rank: UInt64, member: Pseudonym)] = []
        shard.forEachPlace { member, cluster, _ in
            if cluster != nil { ranked.append((rank(member), member)) }
        }
        ranked.sort { ($0.rank, $0.member) < ($1.rank, $1.member) }
        return ranked.prefix(most).compactMap { entry in
            guard let view = shard.member(entry.member), let cluster = view.cluster else { return nil }
            return SampledMember(member: entry.member, cluster: cluster, direction: view.direction)
        }
    }

    /// Merges the samples of all partitions.
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
