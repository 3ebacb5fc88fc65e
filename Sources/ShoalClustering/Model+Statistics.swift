extension ClusterSums {
    /// ‖S‖ of the sums, in units of a direction (32,767 per member).
    var norm: UInt64 {
        var sum: UInt128 = 0
        for entry in sums { sum += UInt128(entry.value.magnitude) * UInt128(entry.value.magnitude) }
        return Arithmetic.squareRoot(sum)
    }

    /// Returns min(⌊S/‖S‖ · 2¹⁵ + ½⌋, 32,767) without zeros, or `nil` if the sum is empty.
    func centroid(keeping isKept: (TopicNumber) -> Bool) -> [Component]? {
        let kept = ClusterSums(count: count, sums: sums.filter { isKept($0.topic) })
        let norm = UInt128(kept.norm)
        guard norm > 0 else { return nil }
        var centroid: [Component] = []
        for entry in kept.sums {
            // ⌊S · 2¹⁵ / ‖S‖ + ½⌋ in integers.
            let value = (UInt128(entry.value.magnitude) * 65_536 + norm) / (2 * norm)
            if value > 0 { centroid.append(Component(topic: entry.topic, value: UInt16(min(value, 32_767)))) }
        }
        return centroid
    }
}

extension Model {
    /// J: the mean similarity of all members to their own centroids, Q30; 2²⁹ if no member is assigned.
    public var meanSimilarity: Int64 {
        var similarity: UInt128 = 0
        var members: Int64 = 0
        for cluster in clusters {
            similarity += UInt128(countedNorm(cluster.sums))
            members += cluster.sums.count
        }
        guard members > 0 else { return 1 << 29 }
        return Int64(min(similarity * (1 << 15) / UInt128(members), 1 << 30))
    }

    /// Returns R, the summed similarity of the members to their centroid, in units of a direction (Q15). Sensitive
    /// topics are excluded.
    func countedNorm(_ sums: ClusterSums) -> UInt64 {
        ClusterSums(count: 0, sums: sums.sums.filter { isTopic($0.topic) }).norm
    }

    /// The number of assigned members.
    public var assigned: Int64 { clusters.reduce(0) { $0 + $1.sums.count } }

    /// Whether the topic counts: it is in the vocabulary, and neither sensitive nor a companion.
    func isTopic(_ topic: TopicNumber) -> Bool {
        guard Int(topic) < vocabulary.entries.count else { return false }
        return !vocabulary.entries[Int(topic)].isRemoved && !vocabulary.entries[Int(topic)].isCompanion
    }
}
