extension Lifecycle {
    /// The best split with the cheapest merge, at a constant number of clusters, where some weighted Lloyd steps over all
    /// samples confirm that it gains enough.
    mutating func swap(_ splits: [Split], _ pairs: [Pair], _ standings: [Standing]) {
        let wanted = splits.filter { $0.smaller >= Double(fewest) }.prefix(Rules.swapSplits)
        let free = pairs.prefix(50).filter { isFree($0.first) && isFree($0.second) }
        guard !wanted.isEmpty, !free.isEmpty else { return }
        let trial = SwapTrial(standings, samples, keeping: model.isTopic)
        let before = trial.objective(trial.centroids)
        let enough = Rules.swap * (1 - mean) * trial.weight
        var best: (objective: Double, split: Split, pair: Pair)?
        for split in wanted {
            for pair in free.filter({ $0.first != split.cluster && $0.second != split.cluster })
                .prefix(Rules.swapMerges)
            {
                // Where there is room, the split or the merge alone will be decided as what it is.
                if count < most, split.halves.ratio < max(pair.ratio, Rules.merge) { continue }
                if split.gain - pair.loss < -0.02 * (1 - mean) * Double(assigned) { continue }
                guard let centroids = trial.swapped(split, pair) else { continue }
                let after = trial.objective(centroids)
                if after - before > enough, after > best?.objective ?? -1 { best = (after, split, pair) }
            }
        }
        guard let best else { return }
        merge(best.pair)
        carryOut(best.split)
    }
}

/// All clusters' samples together, each sample weighted by the members that it stands for.
private struct SwapTrial {
    /// Beyond, fewer samples of each cluster are taken.
    private static let mostPoints = 16_384

    let points: SparsePoints
    private(set) var weights: [Double] = []
    let places: [ClusterID: Int]
    /// Of the sums, as unit vectors.
    let centroids: [[Double]]
    private let sums: [[Double]]
    var weight: Double { weights.reduce(0, +) }

    init(_ standings: [Lifecycle.Standing], _ pool: SamplePool, keeping isKept: (TopicNumber) -> Bool) {
        var builder = SparsePoints.Builder()
        let each = min(256, max(Self.mostPoints / max(standings.count, 1), 16))
        for standing in standings {
            let samples = pool.clusters[standing.id]?.samples.prefix(each) ?? []
            let share = standing.members / Double(max(samples.count, 1))
            for sample in samples {
                let kept = sample.direction.filter { isKept($0.topic) }
                if builder.add(kept.map { ($0.topic, Double($0.value)) }) > 0 { weights.append(share) }
            }
            // Of what no sample is at hand, the sums are one point.
            if samples.isEmpty, builder.add(standing.sums.map { ($0.topic, Double($0.value)) }) > 0 {
                weights.append(standing.similarity)
            }
        }
        let points = SparsePoints(builder)
        self.points = points
        sums = standings.map { points.dense($0.sums.map { ($0.topic, Double($0.value)) }) }
        centroids = sums.map { Dense.unit($0) ?? $0 }
        places = Dictionary(uniqueKeysWithValues: standings.enumerated().map { ($1.id, $0) })
    }

    func objective(_ centroids: [[Double]]) -> Double {
        var means = SphericalKMeans(points, centroids: centroids, weights: weights)
        means.run(iterations: Lifecycle.Rules.swapIterations)
        return means.objective
    }

    /// The centroids after a merge and a split; nil where a cluster is unknown.
    func swapped(_ split: Lifecycle.Split, _ pair: Lifecycle.Pair) -> [[Double]]? {
        guard let first = places[pair.first], let second = places[pair.second], let parent = places[split.cluster]
        else { return nil }
        var centroids = centroids
        centroids[first] = Dense.unit(zip(sums[first], sums[second]).map(+)) ?? centroids[first]
        let halves = [split.halves.centroids.0, split.halves.centroids.1].map { half in
            points.dense(Array(zip(split.points.topics, half)))
        }
        centroids[parent] = halves[0]
        centroids[second] = halves[1]
        return centroids
    }
}
