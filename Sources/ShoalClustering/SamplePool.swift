/// The samples on which a model bases its decisions: for each cluster, the members with the lowest sample order over
/// all partitions whose deltas it includes.
struct SamplePool {
    struct Entry {
        /// Lowest order first.
        var samples: [Sample] = []
        /// The number of members that the samples represent: all members in those partitions.
        var members: Int64 = 0
    }

    private(set) var clusters: [ClusterID: Entry] = [:]

    /// - Parameters:
    ///   - epochDeltas: By partition and number. The last one of each partition counts.
    ///   - model: The model that gives the lineage.
    init(_ epochDeltas: [EpochDelta], _ model: Model, version: Epoch) {
        let plan = SamplingPlan(model, epoch: version)
        var lists: [ClusterID: [[Sample]]] = [:]
        for (index, epochDelta) in epochDeltas.enumerated() {
            if index + 1 < epochDeltas.count, epochDeltas[index + 1].partition == epochDelta.partition { continue }
            if plan.isSparse, epochDelta.from != version { continue }
            for delta in epochDelta.clusters where delta.sampled > 0 {
                let id = delta.cluster == 0 ? 0 : model.root(of: delta.cluster)
                guard plan.samples(id) else { continue }
                lists[id, default: []].append(delta.samples)
                clusters[id, default: Entry()].members += delta.sampled
            }
        }
        for (id, lists) in lists { clusters[id]?.samples = Self.first(plan.most(of: id), of: lists) }
    }

    /// Returns the first samples of all lists in ascending order. Their orders are sorted instead of the samples, because
    /// each move of a sample counts references.
    private static func first(_ most: Int, of lists: [[Sample]]) -> [Sample] {
        var places: [(order: UInt64, list: Int32, index: Int32)] = []
        places.reserveCapacity(lists.reduce(0) { $0 + $1.count })
        for (list, samples) in lists.enumerated() {
            for index in samples.indices { places.append((samples[index].order, Int32(list), Int32(index))) }
        }
        places.sort { left, right in
            left.order != right.order
                ? left.order < right.order
                : precedes(
                    lists[Int(left.list)][Int(left.index)].direction,
                    lists[Int(right.list)][Int(right.index)].direction)
        }
        return places.prefix(most).map { lists[Int($0.list)][Int($0.index)] }
    }

    /// Returns a sample of all eligible members, lowest order first, at most as many as a seed has, and the number of members
    /// for which it stands.
    func uniform() -> (samples: [Sample], members: Int64) {
        // The sample of each cluster has all members up to its highest order.
        let full = clusters.values.filter { Int64($0.samples.count) < $0.members }
        let bound = full.compactMap { $0.samples.last?.order }.min() ?? .max
        let sorted = clusters.values.flatMap { $0.samples.filter { $0.order <= bound } }.sorted(by: Self.precedes)
        let members = clusters.values.reduce(0) { $0 + $1.members }
        return (Array(sorted.prefix(SamplingPlan.mostBeforeClusters)), members)
    }

    private static func precedes(_ left: Sample, _ right: Sample) -> Bool {
        left.order != right.order ? left.order < right.order : precedes(left.direction, right.direction)
    }

    /// Orders directions by content. Equal sample orders are practically impossible, but must not depend on input
    /// order.
    private static func precedes(_ left: [Component], _ right: [Component]) -> Bool {
        left.lexicographicallyPrecedes(right) { ($0.topic, $0.value) < ($1.topic, $1.value) }
    }
}
