extension Lifecycle {
    /// Finds groups in the sample of the unassigned: leaders with many neighbours, re-centred a few times (leader
    /// algorithm, Hartigan, 1975).
    mutating func births() {
        guard let entry = samples.clusters[0], entry.members >= fewest else { return }
        let points = SparsePoints(entry.samples, keeping: model.isTopic)
        guard points.count > 0 else { return }
        let scale = Double(entry.members) / Double(points.count)
        var left = Array(0..<points.count)
        var hasBirth = false
        for _ in 0..<Rules.births where left.count >= 8 && count < most {
            guard let group = group(points, left) else { break }
            guard Double(group.members.count) * scale >= Double(fewest), group.members.count >= 4 else { break }
            let members = Set(group.members)
            left.removeAll { members.contains($0) }
            guard group.cohesion >= Rules.cohesion * mean else { continue }
            create(points.centroid(group.centroid), origin: .birth)
            hasBirth = true
        }
        if hasBirth { model.touchUnassigned(.birth) }
    }

    private struct Group {
        var centroid: [Double]
        /// Indices of points.
        var members: [Int]
        /// The mean similarity to the centroid.
        var cohesion: Double
    }

    /// Returns the group around the point with the most neighbours among the first 128. Ties go to the first.
    private func group(_ points: SparsePoints, _ left: [Int]) -> Group? {
        let radius = Rules.neighbour * mean
        var best: (count: Int, vector: [Double])?
        for point in left.prefix(128) {
            let vector = points.dense(point)
            let count = left.count { points.dot($0, vector) > radius }
            if count > best?.count ?? 0 { best = (count, vector) }
        }
        guard var centroid = best?.vector else { return nil }
        var members: [Int] = []
        for _ in 0..<5 {
            let near = left.filter { points.dot($0, centroid) > radius }
            guard !near.isEmpty else { break }
            members = near
            var sum = [Double](repeating: 0, count: points.width)
            for point in near { points.add(point, to: &sum) }
            centroid = Dense.unit(sum) ?? centroid
        }
        var similarity = 0.0
        for point in members { similarity += points.dot(point, centroid) }
        return Group(centroid: centroid, members: members, cohesion: similarity / Double(max(members.count, 1)))
    }
}
