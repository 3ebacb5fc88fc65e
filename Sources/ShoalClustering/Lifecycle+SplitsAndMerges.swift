extension Lifecycle {
    /// The cost of merging two clusters.
    struct Pair {
        /// L = R_i + R_j − ‖S_i + S_j‖, in members.
        var loss: Double
        /// ρ of the two.
        var ratio: Double
        /// The lower id first.
        var first: ClusterID
        var second: ClusterID
    }

    /// The gain of splitting a cluster in two.
    struct Split {
        var cluster: ClusterID
        var points: SparsePoints
        var halves: Halves
        /// G, extrapolated from the sample to the members that it represents.
        var gain: Double
        /// The number of members on the smaller side, extrapolated likewise.
        var smaller: Double
        /// The number of members that the sample represents.
        var members: Double
    }

    /// One of the parts that a cluster is split into.
    struct SplitPart {
        /// A unit vector over the topics of the sample.
        var centroid: [Double]
        /// The number of samples in the part.
        var count: Int
    }

    /// Returns all pairs in ascending order of cost. Ties go by id.
    func pairs(_ standings: [Standing]) -> [Pair] {
        let products = SumProducts(standings.map(\.sums))
        var pairs: [Pair] = []
        pairs.reserveCapacity(standings.count * (standings.count - 1) / 2)
        for (place, first) in standings.enumerated() {
            for (other, second) in standings.enumerated().dropFirst(place + 1) {
                let product = products[place, other] * 0x1p-30
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

    /// Returns the ρ below which pairs are merged. Where clusters and their nearest neighbours are typically close, it
    /// is lower: each merge widens a cluster and lowers the ρ of its next pair, which would end in one cluster.
    func mergeLimit(_ pairs: [Pair]) -> Double {
        guard model.rules.mergeShare > 0 else { return model.rules.merge }
        var nearest: [ClusterID: Double] = [:]
        for pair in pairs {
            for id in [pair.first, pair.second] { nearest[id] = min(nearest[id] ?? 1, pair.ratio) }
        }
        let sorted = nearest.values.sorted()
        guard !sorted.isEmpty else { return model.rules.merge }
        let place = Int(Double(sorted.count) * model.rules.mergeQuantile)
        let typical = sorted[min(place, sorted.count - 1)]
        return min(model.rules.merge, max(model.rules.mergeShare * typical, model.rules.mergeFloor))
    }

    /// Returns the possible splits in descending order of gain. Ties go by id.
    func splits(_ standings: [Standing]) -> [Split] {
        let judged = standings.filter { $0.members >= Double(2 * fewest) && isFree($0.id, after: Rules.splitRest) }
        let splits = judged.compactMap(split)
        return splits.sorted { $0.gain != $1.gain ? $0.gain > $1.gain : $0.cluster < $1.cluster }
    }

    /// Evaluates the split of a cluster. Returns `nil` if there are too few samples.
    private func split(_ standing: Standing) -> Split? {
        guard let entry = samples.clusters[standing.id] else { return nil }
        let points = SparsePoints(entry.samples, keeping: model.isTopic)
        guard points.count >= Rules.samples else { return nil }
        let halves = Halves(points) { start in
            Draws.state(version, .split, cluster: UInt64(standing.id), start: start)
        }
        guard let halves else { return nil }
        let members = Double(entry.members)
        return Split(
            cluster: standing.id, points: points, halves: halves, gain: halves.gain / Double(points.count) * members,
            smaller: halves.smallerShare * members, members: members)
    }

    /// Returns the parts of a cluster to be split: both sides, or the parts of a side that is itself two clusters, if
    /// its sample is large enough.
    func parts(_ split: Split) -> [SplitPart] {
        var parts: [SplitPart] = []
        var open = [(points: split.points, halves: split.halves)]
        var start = Halves.starts
        while let (points, halves) = open.popLast() {
            for side in 0...1 {
                let chosen = halves.sides.indices.filter { halves.sides[$0] == side }
                let part = SparsePoints(points, chosen)
                if part.count >= Rules.partSamples {
                    let inner = Halves(part) { offset in
                        Draws.state(version, .split, cluster: UInt64(split.cluster), start: start + offset)
                    }
                    start += Halves.starts
                    let share = split.members / Double(split.points.count)
                    if let inner, inner.isTwo(model.rules), min(inner.counts.0, inner.counts.1) >= Rules.partSide,
                        Double(min(inner.counts.0, inner.counts.1)) * share >= Double(fewest)
                    {
                        open.append((part, inner))
                        continue
                    }
                }
                parts.append(
                    SplitPart(centroid: side == 0 ? halves.centroids.0 : halves.centroids.1, count: chosen.count))
            }
        }
        return parts
    }

    /// Whether a cluster should be split: both sides are large enough and far enough apart, and the distribution is
    /// bimodal.
    func isWorthy(_ split: Split) -> Bool {
        split.smaller >= Double(fewest) && split.halves.isTwo(model.rules)
            && min(split.halves.counts.0, split.halves.counts.1) >= Rules.side
    }
}
