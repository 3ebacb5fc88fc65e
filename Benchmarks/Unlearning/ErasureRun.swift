import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import ShoalReplay

/// Lets a viewer join a stream, erases it, and counts the epochs until the models are those of a run in which it had never
/// been. The viewer watches what one of the stream's viewers watches.
struct ErasureRun {
    /// The result of an erasure.
    struct Outcome {
        /// The number of epochs from the erasure until all models are the same; nil if the last one is not.
        var delay: Int?
        /// The share of other members that are in another cluster at the end.
        var elsewhere = 0.0
        /// The least cosine of a cluster's centroids in both last models; 0 if a cluster is only in one.
        var similarity = 1.0
    }

    private let events: EpochEvents
    /// The epoch in which the viewer is erased: at its beginning, or at its end if it joined in it.
    private let epoch: Int
    /// How many epochs before it joined.
    private let age: Int
    /// The engine when it joins.
    private let joining: Engine

    init(_ events: EpochEvents, erasingIn epoch: Int, age: Int) throws {
        var engine = events.engine()
        for past in 0..<epoch - age {
            events.handle(past, &engine)
            _ = try engine.close()
        }
        (self.events, self.epoch, self.age, joining) = (events, epoch, age, engine)
    }

    func outcome(repeating viewer: Int) throws -> Outcome {
        let (copy, partition) = (~EpochEvents.member(viewer), EpochEvents.partition(of: viewer))
        var (erased, never) = (joining, joining)
        var outcome = Outcome(delay: 0)
        for next in epoch - age..<events.shape.epochs {
            if next == epoch, age > 0 { erased.erase(copy, partition: partition) }
            let isJoined = next < epoch || age == 0 && next == epoch
            events.handle(next, repeating: isJoined ? viewer : nil, as: copy, &erased)
            events.handle(next, &never)
            if next == epoch, age == 0 { erased.erase(copy, partition: partition) }
            let (left, right) = (try erased.close().model, try never.close().model)
            guard next >= epoch, left != right else { continue }
            let isLast = next == events.shape.epochs - 1
            outcome.delay = isLast ? nil : next + 1 - epoch
            guard isLast else { continue }
            outcome.similarity = Double(ModelDifference(left, right).leastSimilarity) / 1_000_000
            outcome.elsewhere = Self.elsewhere(erased, never)
        }
        return outcome
    }

    private static func elsewhere(_ a: Engine, _ b: Engine) -> Double {
        let (left, right) = (places(a), places(b))
        return Double(right.count { left[$0.key] != $0.value }) / Double(max(right.count, 1))
    }

    private static func places(_ engine: Engine) -> [Pseudonym: ClusterID] {
        var places: [Pseudonym: ClusterID] = [:]
        for shard in engine.shards { shard.forEachPlace { member, cluster, _ in places[member] = cluster } }
        return places
    }
}
