extension Lifecycle {
    /// Whether Lloyd's iteration over all samples gains enough without a split or a swap. The hysteresis of members keeps
    /// clusters away from what it would find.
    func isRefinable(_ standings: [Standing]) -> Bool {
        guard model.rules.refine > 0, model.ticks % Rules.refineEvery == 0, standings.count > 1 else { return false }
        guard !SamplingPlan(model, epoch: version).isSparse else { return false }
        let pooled = PooledSamples(standings, samples, keeping: model.isTopic)
        let gain = pooled.objective(pooled.centroids) - pooled.objective(pooled.centroids, iterations: 0)
        return gain > model.rules.refine * (1 - mean) * pooled.weight
    }

    /// Runs Lloyd's iteration over all samples from the centroids after splits and swaps, so that neighbours of a new
    /// cluster adapt at once. Through events alone, with hysteresis, this would take dozens of epochs.
    ///
    /// A centroid is its cluster's exact sum, minus the samples that Lloyd's iteration moves out and plus those that it
    /// moves in, each weighted by the members that it represents. If no sample moves, the centroid has no sampling
    /// error. Centroids that change are held as given, and the members of clusters that lose samples are reassigned.
    /// - Parameter standings: The clusters at the time of sampling.
    mutating func refine(_ standings: [Standing]) {
        let pooled = PooledSamples(standings, samples, keeping: model.isTopic)
        let points = pooled.points
        // Clusters born in this model have no samples.
        let active = model.clusters.indices.filter { index in
            let cluster = model.clusters[index]
            return cluster.isActive && !(cluster.origin == .birth && cluster.created == model.ticks)
        }
        guard points.count > 0, !active.isEmpty else { return }
        var sums = active.map { index in
            let sums = model.clusters[index].sums.sums.filter { model.isTopic($0.topic) }
            return points.dense(sums.map { ($0.topic, Double($0.value)) })
        }
        let centroids = zip(active, sums).map { index, sum in
            let cluster = model.clusters[index]
            if cluster.heldUntil == nil, let unit = Dense.unit(sum) { return unit }
            return points.dense(cluster.centroid.map { ($0.topic, Double($0.value) * 0x1p-15) })
        }
        var means = SphericalKMeans(points, centroids: centroids, weights: pooled.weights)
        means.run(iterations: Rules.poolIterations)
        var came = [Double](repeating: 0, count: active.count)
        var left = came
        var places: [ClusterID: Int] = [:]
        for (place, index) in active.enumerated() { places[model.clusters[index].id] = place }
        for (point, place) in means.assignment.enumerated() {
            let origin = places[model.root(of: pooled.origins[point])]
            guard origin != place else { continue }
            let weight = pooled.weights[point]
            points.add(point, times: weight * 32_767, to: &sums[place])
            came[place] += weight
            guard let origin else { continue }
            points.add(point, times: -weight * 32_767, to: &sums[origin])
            left[origin] += weight
        }
        for (place, index) in active.enumerated() {
            let turned = came[place] + left[place]
            guard
                model.clusters[index].heldUntil != nil
                    || turned > Rules.turn * Double(model.clusters[index].sums.count)
            else { continue }
            guard let unit = Dense.unit(sums[place].map { max($0, 0) }) else { continue }
            model.clusters[index].centroid = points.centroid(unit)
            model.clusters[index].heldUntil = effect
            if left[place] > 0 { model.clusters[index].touch(.split, model.ticks) }
        }
    }
}
