/// Computes the first clusters: the best of ten runs of spherical k-means over the sample of the unassigned, repaired
/// by swaps, and split further if the sample shows two clusters in one.
enum Seeding {
    static let starts = 10
    static let iterations = 20
    private static let repairs = 20
    /// The minimum number of samples to split a cluster at the seed: four times the minimum on each side.
    private static let fewest = 64

    /// Returns centroids in Q15 without zeros, at most as many as there are distinct directions.
    /// - Parameters:
    ///   - count: The initial number.
    ///   - least: The minimum number.
    ///   - most: The maximum number.
    ///   - share: The share of points below which a cluster is left out.
    ///   - rules: The tests of a split.
    static func centroids(
        of points: SparsePoints, count: Int, from least: Int, most: Int, share: Double, version: Epoch,
        _ rules: LifecycleRules
    ) -> [[Component]] {
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
            guard let grown = grow(means, most: most, round: round, version: version, rules) else { break }
            means = repair(grown, version: version)
        }
        while means.clusters > least, let fewer = withoutSmallest(means, share: share) { means = fewer }
        return (0..<means.clusters).map { points.centroid(means.centroid($0)) }
    }

    /// Leaves the smallest cluster out, if it has a smaller share of the points. Of equal ones, the first.
    /// - Returns: `nil` if there is none.
    private static func withoutSmallest(_ means: SphericalKMeans, share: Double) -> SphericalKMeans? {
        guard share > 0 else { return nil }
        var counts = [Int](repeating: 0, count: means.clusters)
        for cluster in means.assignment { counts[cluster] += 1 }
        guard let fewest = counts.min(), Double(fewest) < share * Double(means.points.count),
            let smallest = counts.firstIndex(of: fewest)
        else { return nil }
        let left = (0..<means.clusters).filter { $0 != smallest }.map { means.centroid($0) }
        var next = SphericalKMeans(means.points, centroids: left)
        next.run(iterations: iterations)
        return next
    }

    /// Splits clusters that are two by the tests of `Lifecycle`, if the sample is large enough. Later splits would find
    /// them too, but one by one, and many epochs later.
    /// - Returns: `nil` if there is none.
    private static func grow(_ means: SphericalKMeans, most: Int, round: Int, version: Epoch, _ rules: LifecycleRules)
        -> SphericalKMeans?
    {
        let points = means.points
        var members = [[Int]](repeating: [], count: means.clusters)
        for (point, cluster) in means.assignment.enumerated() { members[cluster].append(point) }
        var centroids = (0..<means.clusters).map { means.centroid($0) }
        for (cluster, members) in members.enumerated() where members.count >= fewest && centroids.count < most {
            let halves = Halves(SparsePoints(points, Array(members.prefix(512)))) { start in
                Draws.state(version, .grow, cluster: UInt64(cluster), start: round * Halves.starts + start)
            }
            guard let halves, halves.isTwo(rules), min(halves.counts.0, halves.counts.1) >= fewest / 4 else { continue }
            centroids[cluster] = halves.centroids.0
            centroids.append(halves.centroids.1)
        }
        guard centroids.count > means.clusters else { return nil }
        var grown = SphericalKMeans(points, centroids: centroids)
        grown.run(iterations: iterations)
        return grown
    }

    /// Repairs by swaps: as long as splitting one cluster gains more than merging two costs, does both and reruns
    /// Lloyd's iteration. A single start of k-means++ stays a few percent of dispersion behind permanently.
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

    /// Returns the centroids after the best swap, or `nil` if no swap gains.
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
