import ShoalClustering
import ShoalReplay
import ShoalScoring

/// The state of all members between two epochs, by viewer.
struct MemberSnapshot {
    /// The cluster; 0 if unassigned, −1 if not eligible.
    private(set) var labels: [Int32]
    /// The last active epoch; `.min` for never.
    private(set) var lastEpochs: [Epoch]
    /// The directions of eligible viewers, and each viewer's index in them; −1 if not eligible.
    private(set) var points: Points
    private(set) var places: [Int32]

    /// - Parameter viewers: The number of viewers. A viewer's number is the low half of its pseudonym.
    init<Keys: TopicKeys>(_ engine: GivenEpochs<Keys>, viewers: Int, dimension: Int) {
        labels = Array(repeating: -1, count: viewers)
        lastEpochs = Array(repeating: .min, count: viewers)
        places = Array(repeating: -1, count: viewers)
        points = Points(dimension: dimension)
        for shard in engine.shards {
            shard.forEachMember { member in
                let viewer = Viewer.number(of: member.pseudonym)
                guard let cluster = member.cluster, viewer < viewers else { return }
                labels[viewer] = Int32(bitPattern: cluster)
                lastEpochs[viewer] = member.lastEpoch
                places[viewer] = Int32(points.count)
                points.append(member.direction)
            }
        }
    }

    /// Returns the directions of eligible viewers.
    func points(of viewers: [Int]) -> Points {
        points.selecting(viewers.map { Int(places[$0]) })
    }

    /// Returns eligible viewers that were active in this epoch or later.
    func viewers(activeSince epoch: Epoch) -> [Int] {
        labels.indices.filter { labels[$0] >= 0 && lastEpochs[$0] >= epoch }
    }
}

/// Computes the identities of viewers.
enum Viewer {
    /// A hash in the high half, the number in the low one.
    static func pseudonym(_ number: Int, seed: UInt64) -> Pseudonym {
        Pseudonym(order(number, seed: seed)) << 64 | Pseudonym(number)
    }

    static func number(of pseudonym: Pseudonym) -> Int {
        Int(truncatingIfNeeded: UInt64(truncatingIfNeeded: pseudonym))
    }

    /// Returns the sample order.
    static func order(_ number: Int, seed: UInt64) -> UInt64 {
        var mixer = SplitMix64(seed: seed)
        mixer.absorb(UInt64(number))
        return mixer.next()
    }
}

/// The centroids of a model, for scores.
struct ModelCentroids {
    let centroids: Centroids
    let ids: [Int32]
    private let places: [Int32: Int32]

    init(_ model: Model, dimension: Int) {
        let active = model.clusters.filter(\.isActive)
        var points = Points(dimension: dimension)
        for cluster in active { points.append(cluster.centroid) }
        centroids = Centroids(points)
        ids = active.map { Int32(bitPattern: $0.id) }
        places = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, Int32($0)) })
    }

    /// Returns the mean cosine of members to the centroid of their cluster. The unassigned count with the nearest one.
    func objective(_ points: Points, _ labels: [Int32]) -> Double {
        guard points.count > 0 else { return .nan }
        let nearest = centroids.nearestByCosine(points)
        var sum = 0.0
        for (point, label) in labels.enumerated() {
            guard let place = places[label] else {
                sum += Double(nearest.similarities[point])
                continue
            }
            sum += Double(centroids.similarity(points, point, to: Int(place)))
        }
        return sum / Double(points.count)
    }

    /// Describes the gap to the ceiling: the members' objective, that of the nearest clusters, and that of a batch run
    /// from these centroids. The remainder is a different optimum.
    func account(_ points: Points, _ labels: [Int32], _ ceiling: Ceiling) -> String {
        func share(_ objective: Double) -> String { Figure.objective.text(objective / ceiling.objective) }
        let nearest = objective(points, labels.map { _ in 0 })
        return "K \(ids.count), objective \(share(objective(points, labels))) of the ceiling "
            + "(\(ceiling.source.rawValue)); all in the nearest cluster \(share(nearest)), a batch run from there "
            + share(ceiling.onlineObjective)
    }
}
