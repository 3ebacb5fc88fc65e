public import ShoalClustering
internal import ShoalScoring

extension ReplayReport.Quality {
    /// An eligible member at the end: pseudonym, cluster (0 for unassigned) and direction.
    public typealias Member = (member: Pseudonym, cluster: ClusterID, direction: [Component])

    /// Measures the quality of clusters. The result is a function of the members in their order. Takes about one second
    /// for 20,000 members.
    /// - Parameters:
    ///   - members: All eligible members, or a sample that does not depend on partitions.
    ///   - model: The last model.
    ///   - rows: The rows of all models.
    ///   - truth: The group of each viewer that belongs to exactly one.
    public init(
        _ members: some Collection<Member>, model: Model, rows: [ReplayReport.Row], truth: [Pseudonym: Int32]? = nil
    ) {
        self.init()
        take(rows, epochLength: model.settings.fixed.epochLength)
        sampled = Int64(members.count)
        let judged = JudgedMembers(members, model)
        guard !members.isEmpty, judged.centroids.count > 0 else { return }
        let similarity = judged.similarity
        self.similarity = Self.millionths(similarity)
        let batch = judged.batchSimilarity
        batchSimilarity = Self.millionths(batch)
        objective = batch > 0 ? Self.millionths(similarity / batch) : nil
        if let best = judged.bestSilhouette {
            silhouette = Self.millionths(judged.silhouette)
            batchSilhouette = Self.millionths(best.silhouette)
            batchClusters = Int64(best.clusters)
        }
        if let truth { judge(judged, members, truth) }
    }

    /// Measures the agreement of published clusters and true groups. Members without a published cluster are included.
    mutating func judge(_ places: [Pseudonym: ClusterID], among members: [Pseudonym], _ truth: [Pseudonym: Int32]) {
        let known = members.filter { truth[$0] != nil }
        judge(known.map { truth[$0] ?? 0 }, known.map { Int32(clamping: places[$0] ?? 0) })
    }

    /// Measures the agreement of clusters and true groups. The unassigned count as a cluster.
    private mutating func judge(
        _ judged: JudgedMembers, _ members: some Collection<Member>, _ truth: [Pseudonym: Int32]
    ) {
        var (groups, labels): ([Int32], [Int32]) = ([], [])
        for (member, place) in zip(members, judged.places) {
            guard let group = truth[member.member] else { continue }
            groups.append(group)
            labels.append(place)
        }
        judge(groups, labels)
    }

    /// - Parameter labels: The cluster of each member whose group is known.
    private mutating func judge(_ groups: [Int32], _ labels: [Int32]) {
        judged = Int64(groups.count)
        guard !groups.isEmpty else { return }
        let agreement = Agreement(groups, labels)
        adjustedRand = Self.millionths(agreement.adjustedRand)
        adjustedMutualInformation = Self.millionths(agreement.adjustedMutualInformation)
    }

    /// Adds figures from the rows. A row covers the time since the previous one; the first covers one epoch.
    private mutating func take(_ rows: [ReplayReport.Row], epochLength: Int64) {
        var memberTime = UInt128(0)
        var (moved, undone) = (UInt128(0), UInt128(0))
        for (index, row) in rows.enumerated() {
            let span = index == 0 ? epochLength : row.time - rows[index - 1].time
            memberTime += UInt128(max(row.eligible, 0)) * UInt128(max(span, 0))
            moved += UInt128(max(row.moved, 0))
            undone += UInt128(max(row.returned, 0))
        }
        let day = UInt128(86_400_000)
        if memberTime > 0 { movesPerDay = Int64(clamping: moved * 1_000_000 * day / memberTime) }
        if moved > 0 { returned = Int64(clamping: undone * 1_000_000 / moved) }
        if let last = rows.last, last.eligible > 0 { unassigned = last.unassigned * 1_000_000 / last.eligible }
    }

    private static func millionths(_ value: Double) -> Int64 {
        Int64((value * 1_000_000).rounded())
    }
}

extension ReplayResult {
    /// Measures the quality of the final clusters and adds it to the report.
    /// - Parameter truth: The group of each viewer that belongs to exactly one.
    public mutating func measureQuality(truth: [Pseudonym: Int32]? = nil) {
        guard let model else { return }
        report.quality = ReplayReport.Quality(
            sample.map { ($0.member, $0.cluster, $0.direction) }, model: model, rows: report.rows, truth: truth)
    }
}

/// Members as points, restricted to the topics of members and centroids.
private struct JudgedMembers {
    /// The index of each member's cluster in `centroids`; −1 if it has no active cluster.
    private(set) var places: [Int32] = []
    private(set) var centroids: Centroids
    private let points: Points

    init(_ members: some Collection<ReplayReport.Quality.Member>, _ model: Model) {
        let active = model.clusters.filter(\.isActive)
        var used: Set<TopicNumber> = []
        for member in members { used.formUnion(member.direction.lazy.map(\.topic)) }
        for cluster in active { used.formUnion(cluster.centroid.lazy.map(\.topic)) }
        // A vocabulary may be large, and most topics may occur in no direction.
        let numbers = Dictionary(uniqueKeysWithValues: used.sorted().enumerated().map { ($1, TopicNumber($0)) })
        func renumbered(_ direction: [Component]) -> [Component] {
            direction.map { Component(topic: numbers[$0.topic] ?? 0, value: $0.value) }
        }
        var (points, middles) = (Points(dimension: numbers.count), Points(dimension: numbers.count))
        for cluster in active { middles.append(renumbered(cluster.centroid)) }
        let index = Dictionary(uniqueKeysWithValues: active.enumerated().map { ($1.id, Int32($0)) })
        for member in members {
            points.append(renumbered(member.direction))
            places.append(member.cluster == 0 ? -1 : index[model.root(of: member.cluster)] ?? -1)
        }
        centroids = Centroids(middles)
        self.points = points
    }

    /// The mean cosine to the own centroid. Unassigned members count with the nearest one.
    var similarity: Double {
        let nearest = centroids.nearestByCosine(points)
        var sum = 0.0
        for (point, place) in places.enumerated() {
            sum += Double(place < 0 ? nearest.similarities[point] : centroids.similarity(points, point, to: Int(place)))
        }
        return sum / Double(max(points.count, 1))
    }

    /// The best of ten runs of batch spherical k-means with the same number of clusters. If there are many points, the
    /// runs use a part of them, and the best continues with all.
    var batchSimilarity: Double {
        let count = min(centroids.count, points.count)
        let most = max(Self.startPoints * 16 / max(count, 16), 20 * count)
        guard points.count > most else {
            return BatchKMeans.best(points, count: count, starts: Self.starts, seed: 1).objective
        }
        let best = BatchKMeans.best(part(most), count: count, starts: Self.starts, seed: 1)
        return BatchKMeans.lloyd(points, from: best.centroids, most: 100, tolerance: 1e-5).objective
    }

    /// The simplified silhouette of a part of the members.
    var silhouette: Double { Silhouette.mean(part(Self.silhouettePoints), centroids) }

    /// The best silhouette of batch k-means on the same part, whatever its number of clusters.
    var bestSilhouette: Silhouette.Best? { Silhouette.best(part(Self.silhouettePoints), seed: 1) }

    /// Returns at most so many points, evenly spread.
    private func part(_ most: Int) -> Points {
        guard points.count > most else { return points }
        let step = Double(points.count) / Double(most)
        return points.selecting((0..<most).map { Int(Double($0) * step) })
    }

    private static let silhouettePoints = 1_000
    private static let starts = 10
    /// The number of points for each of ten starts with 16 clusters. More clusters use fewer points.
    private static let startPoints = 10_000
}
