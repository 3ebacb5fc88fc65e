extension Lifecycle {
    /// What merging two clusters would cost.
    struct Pair {
        /// L = R_i + R_j − ‖S_i + S_j‖, in members.
        var loss: Double
        /// ρ of the two.
        var ratio: Double
        /// The lower id first.
        var first: ClusterID
        var second: ClusterID
    }

    /// What splitting a cluster in two would gain.
    struct Split {
        var cluster: ClusterID
        var points: SparsePoints
        var halves: Halves
        /// G, extrapolated from the sample to the members that it stands for.
        var gain: Double
        /// How many members would be on the smaller side, extrapolated likewise.
        var smaller: Double
    }

    /// All pairs, the cheapest first; equal ones by id.
    func pairs(_ standings: [Standing]) -> [Pair] {
        var pairs: [Pair] = []
        for (place, first) in standings.enumerated() {
            for second in standings[(place + 1)...] {
                let product = Self.product(first.sums, second.sums) * 0x1p-30
                let squares =
                    first.similarity * first.similarity + second.similarity * second.similarity + 2 * product
                let loss = max(first.similarity + second.similarity - max(squares, 0).squareRoot(), 0)
                let (n, m) = (max(first.members, 1), max(second.members, 1))
                let ratio = Halves.ratio(gain: loss, n, m, first.dispersion, second.dispersion)
                pairs.append(Pair(loss: loss, ratio: ratio, first: first.id, second: second.id))
            }
        }
        return pairs.sorted { ($0.loss, $0.first, $0.second) < ($1.loss, $1.first, $1.second) }
    }

    /// Σ of the products of common topics, ascending.
    private static func product(_ left: [SumEntry], _ right: [SumEntry]) -> Double {
        var sum = 0.0
        left.forEachCommon(with: right) { sum += Double($0.value) * Double($1.value) }
        return sum
    }

    /// What each cluster that may be split would gain, most first; equal ones by id.
    func splits(_ standings: [Standing]) -> [Split] {
        var splits: [Split] = []
        for standing in standings where standing.members >= Double(2 * fewest) && isFree(standing.id) {
            guard let entry = samples.clusters[standing.id] else { continue }
            let points = SparsePoints(entry.samples, keeping: model.isTopic)
            guard points.count >= Rules.samples else { continue }
            let halves = Halves(points) { start in
                Draws.state(version, .split, cluster: UInt64(standing.id), start: start)
            }
            guard let halves else { continue }
            let members = Double(entry.members)
            splits.append(
                Split(
                    cluster: standing.id, points: points, halves: halves,
                    gain: halves.gain / Double(points.count) * members, smaller: halves.smallerShare * members))
        }
        return splits.sorted { $0.gain != $1.gain ? $0.gain > $1.gain : $0.cluster < $1.cluster }
    }

    /// Whether the cluster is two: large enough sides, far enough apart, and two hills.
    func isWorthy(_ split: Split) -> Bool {
        split.smaller >= Double(fewest) && split.halves.isTwo
            && min(split.halves.counts.0, split.halves.counts.1) >= Rules.side
    }
}
