/// The first clusters: the best of ten starts of spherical k-means over the sample of the unassigned, repaired, and grown
/// where the sample shows that a cluster is two.
enum Seeding {
    static let starts = 10
    static let iterations = 20
    private static let repairs = 20
    /// The fewest samples that a cluster is split by at the seed, and four times as many as are to be on each side.
    private static let fewest = 64

    /// Centroids in Q15, zeros left out; no more than there are different directions.
    /// - Parameters:
    ///   - count: how many to begin with.
    ///   - most: how many there may be.
    static func centroids(of points: SparsePoints, count: Int, most: Int, version: Epoch) -> [[Component]] {
        let clusters = min(count, points.different(most: count))
        guard clusters > 0 else { return [] }
        var best: SphericalKMeans?
        for start in 0..<starts {
            var draws = Draws.state(version, .seed, cluster: 0, start: start)
            var means = SphericalKMeans(
                points, clusters: clusters, tries: SphericalKMeans.tries(clusters), draws: &draws)
            means.run(iterations: iterations)
            if means.objective > best?.objective ?? -1 { best = means }
        }
        guard let best else { return [] }
        var means = repair(best, version: version)
        for round in 0..<repairs {
            guard let grown = grow(means, most: most, round: round, version: version) else { break }
            means = repair(grown, version: version)
        }
        return (0..<means.clusters).map { points.centroid(means.centroid($0)) }
    }

    /// Splits the clusters that are two by the tests of `Lifecycle`, where the sample is large enough to tell. Later splits
    /// would find them, too, but one by one, and many epochs later.
    /// - Returns: nil where there is none.
    private static func grow(_ means: SphericalKMeans, most: Int, round: Int, version: Epoch) -> SphericalKMeans? {
        let points = means.points
        var members = [[Int]](repeating: [], count: means.clusters)
        for (point, cluster) in means.assignment.enumerated() { members[cluster].append(point) }
        var centroids = (0..<means.clusters).map { means.centroid($0) }
        for (cluster, members) in members.enumerated() where members.count >= fewest && centroids.count < most {
            let halves = Halves(SparsePoints(points, Array(members.prefix(512)))) { start in
                Draws.state(version, .grow, cluster: UInt64(cluster), start: round * Halves.starts + start)
            }
            guard let halves, halves.isTwo, min(halves.counts.0, halves.counts.1) >= fewest / 4 else { continue }
            centroids[cluster] = halves.centroids.0
            centroids.append(halves.centroids.1)
        }
        guard centroids.count > means.clusters else { return nil }
        var grown = SphericalKMeans(points, centroids: centroids)
        grown.run(iterations: iterations)
        return grown
    }

    /// Swap repair: where splitting one cluster gains more than merging two costs, does both, and lets Lloyd run; for as long
    /// as that gains. One start of k-means++ alone stays a few percent of dispersion behind for ever.
    private static func repair(_ seeded: SphericalKMeans, version: Epoch) -> SphericalKMeans {
        var best = seeded
        let points = seeded.points
        guard seeded.clusters > 2 else { return best }
        for round in 0..<repairs {
            guard let centroids = swapped(best, round: round, version: version) else { break }
            var next = SphericalKMeans(points, centroids: centroids)
            next.run(iterations: iterations)
            guard next.objective > best.objective * (1 + 1e-4) else { break }
            best = next
        }
        return best
    }

    /// The centroids after the best swap; nil where none is worth it.
    private static func swapped(_ means: SphericalKMeans, round: Int, version: Epoch) -> [[Double]]? {
        let points = means.points
        var members = [[Int]](repeating: [], count: means.clusters)
        for (point, cluster) in means.assignment.enumerated() { members[cluster].append(point) }
        let sums = members.map { members in
            var sum = [Double](repeating: 0, count: points.width)
            for point in members { points.add(point, to: &sum) }
            return sum
        }
        var split: (gain: Double, cluster: Int, halves: Halves)?
        for (cluster, members) in members.enumerated() where members.count >= 8 {
            let part = Array(members.prefix(400))
            let halves = Halves(SparsePoints(points, part)) { start in
                Draws.state(version, .repair, cluster: UInt64(cluster), start: round * Halves.starts + start)
            }
            guard let halves else { continue }
            let gain = halves.gain / Double(part.count) * Double(members.count)
            if gain > split?.gain ?? 0 { split = (gain, cluster, halves) }
        }
        guard let split else { return nil }
        let norms = sums.map(Dense.norm)
        var cheapest: (loss: Double, first: Int, second: Int)?
        for first in 0..<means.clusters where first != split.cluster {
            for second in first + 1..<means.clusters where second != split.cluster {
                let loss = norms[first] + norms[second] - Dense.norm(zip(sums[first], sums[second]).map(+))
                if loss < cheapest?.loss ?? .infinity { cheapest = (loss, first, second) }
            }
        }
        guard let cheapest else { return nil }
        let dispersion = Double(points.count) - means.objective
        guard split.gain - cheapest.loss >= 0.003 * dispersion else { return nil }
        var centroids = (0..<means.clusters).map { means.centroid($0) }
        let joined = zip(sums[cheapest.first], sums[cheapest.second]).map(+)
        centroids[cheapest.first] = Dense.unit(joined) ?? centroids[cheapest.first]
        centroids[cheapest.second] = split.halves.centroids.1
        centroids[split.cluster] = split.halves.centroids.0
        return centroids
    }
}
