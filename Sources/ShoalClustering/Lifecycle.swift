/// The lifecycle decisions of one model: seeding, then births, splits, merges, swaps and retirements. A decision is
/// stored in the model and takes effect in the shards `epoch.staleness` epochs later. Until then no other operation
/// touches the same clusters.
///
/// Uses doubles, sequentially in index or sample order.
struct Lifecycle {
    /// Thresholds, tuned on the streams of the quality benchmark.
    enum Rules {
        /// The numbers of viewers with which a seed waits for more. A smaller audience is complete soon, and a larger one has
        /// a full sample.
        static let seedWaits = 256..<Int64(SamplingPlan.mostBeforeClusters)
        /// The percentage by which the viewers of a model grow at least as long as an automatic seed waits for more.
        static let seedGrowth: Int64 = 10
        /// A preliminary cluster has so many times the members of a published one, so that losing a few does not suppress it.
        static let room = 1.2
        /// The minimum of Ashman's D for a split.
        static let separation = 2.0
        /// The minimum number of samples to evaluate a split, and the minimum on each side.
        static let samples = 16
        static let side = 12
        /// The same minimums for a part that is split again in the same model.
        static let partSamples = 64
        static let partSide = 16
        /// The number of models that an operation's clusters rest after it has taken effect. Splits have a shorter
        /// rest, since the next samples show whether another split is needed.
        static let rest: Int64 = 2
        static let splitRest: Int64 = 1
        /// The number of consecutive models with fewer than n_min members before a cluster is retired, the count of a
        /// model with fewer than half of n_min, and the number of models that a new cluster may grow.
        static let low: Int64 = 6
        static let lowest: Int64 = 3
        static let youth: Int64 = 4
        /// The minimum gain of a swap as a share of the dispersion. The best three splits are tried with the two
        /// cheapest merges each.
        static let swap = 0.004
        static let swapSplits = 3
        static let swapMerges = 2
        /// The ρ above which two clusters, and the number of models for which a split's child, are not given up for a
        /// less distinct pair.
        static let clear = 0.2
        static let trial: Int64 = 48
        /// Lloyd steps over all samples.
        static let poolIterations = 8
        /// The number of models from one attempt to refine without an operation to the next.
        static let refineEvery: Int64 = 4
        /// The share of members that must come or go for a centroid to change.
        static let turn = 0.01
        /// Shares of J: the minimum similarity of neighbours, and the minimum cohesion of a group to be born.
        static let neighbour = 0.6
        static let cohesion = 0.75
        static let births = 4
    }

    /// A cluster that has ended, in its last state, and its survivor.
    struct Ended {
        var cluster: Cluster
        /// The cluster that took its members; 0 if it was retired.
        var survivor: ClusterID
    }

    var model: Model
    let samples: SamplePool
    let version: Epoch
    private(set) var ended: [Ended] = []
    /// Clusters touched by an operation of this model.
    var used: Set<ClusterID> = []
    /// The number of clusters after the operations so far.
    private(set) var count = 0
    /// The minimum size of a cluster, n_min, and that of one to be created.
    private var lowest: Int64 = 0
    private(set) var fewest: Int64 = 0
    /// The number of assigned members.
    private(set) var assigned: Int64 = 0
    /// J, 0 … 1.
    private(set) var mean = 0.0
    /// The number of eligible members in the model before.
    let eligibleBefore: Int64

    init(_ model: Model, samples: SamplePool, version: Epoch, eligibleBefore: Int64 = 0) {
        self.model = model
        self.samples = samples
        self.version = version
        self.eligibleBefore = eligibleBefore
    }

    var most: Int { model.settings.clustersCount ?? model.settings.clustersMax }
    var least: Int { model.settings.clustersCount ?? model.settings.clustersMin }

    mutating func decide() {
        count = model.clusters.count(where: \.isActive)
        guard count > 0 else { return seed() }
        assigned = model.assigned
        lowest = max(model.settings.clustersMinMembers, assigned * model.settings.clustersMinShare / 1_000_000)
        fewest = model.isPreliminary ? max(lowest, model.seedPlan.publishable) : lowest
        mean = Double(model.meanSimilarity) * 0x1p-30
        countLow()
        // Held centroids mark an operation that has not taken effect yet.
        guard !model.clusters.contains(where: { $0.isActive && ($0.heldUntil.map { model.ticks < $0 } ?? false) })
        else { return }
        if seedAgain() { return }
        retireSmall()
        let standings = standings()
        let isSwapDue = !isPending
        let pairs = count > least || isSwapDue ? pairs(standings) : []
        let limit = mergeLimit(pairs)
        for pair in pairs where count > least && pair.ratio < limit {
            if isFree(pair.first), isFree(pair.second) { merge(pair) }
        }
        let splits = count < most || isSwapDue && used.isEmpty ? splits(standings) : []
        for split in splits where count < most && isWorthy(split) { carryOut(split, parts(split)) }
        if count < most { births() }
        let hasSwapped = isSwapDue && used.isEmpty && swap(splits, pairs, standings)
        let isRefined = hasNew || hasSwapped || isSwapDue && used.isEmpty && isRefinable(standings)
        if isRefined { refine(standings) }
    }

    // MARK: - Current clusters

    /// A cluster's size and similarity.
    struct Standing {
        var id: ClusterID
        var members: Double
        /// R and D, in members.
        var similarity: Double
        var dispersion: Double
        /// Topics ascending, those that count.
        var sums: [SumEntry]
    }

    /// Returns the active clusters that this model has not touched yet, in ascending order.
    func standings() -> [Standing] {
        model.clusters.filter { $0.isActive && !used.contains($0.id) }.map { cluster in
            let sums = cluster.sums.sums.filter { model.isTopic($0.topic) }
            let members = Double(cluster.sums.count)
            let similarity = Double(ClusterSums(count: 0, sums: sums).norm) * 0x1p-15
            return Standing(
                id: cluster.id, members: members, similarity: similarity,
                dispersion: max(members - similarity, 0), sums: sums)
        }
    }

    /// Whether an earlier operation has not taken effect yet.
    var isPending: Bool { model.clusters.contains { $0.isActive && $0.touchedTick > model.ticks } }

    /// Whether the cluster may be changed: no operation has touched it recently.
    func isFree(_ id: ClusterID, after rest: Int64 = Rules.rest) -> Bool {
        guard !used.contains(id), let index = model.index(of: id) else { return false }
        return model.ticks - model.clusters[index].touchedTick >= rest
    }

    /// Whether this model has derived clusters from others.
    private var hasNew: Bool {
        model.clusters.contains { $0.isActive && $0.origin == .split && $0.created == model.ticks }
    }

    /// The number of the next model that may touch a cluster, less `rest`.
    var effect: Int64 { model.ticks + model.settings.fixed.staleness }

    // MARK: - Effects of operations on the model

    /// Creates a cluster. Its centroid is held until members have been assigned.
    mutating func create(_ centroid: [Component], origin: LifecycleChange.Origin, parent: ClusterID = 0) {
        var cluster = Cluster(id: model.nextUnpublishedID)
        model.nextUnpublishedID += 1
        cluster.centroid = centroid
        cluster.heldUntil = effect
        cluster.created = model.ticks
        cluster.touchedTick = origin == .split ? effect : model.ticks
        cluster.origin = origin
        cluster.parent = parent
        model.clusters.append(cluster)
        used.insert(cluster.id)
        count += 1
    }

    /// Splits a cluster in two. The larger side keeps the id.
    mutating func carryOut(_ split: Split) {
        let (counts, centroids) = (split.halves.counts, split.halves.centroids)
        carryOut(
            split,
            [SplitPart(centroid: centroids.0, count: counts.0), SplitPart(centroid: centroids.1, count: counts.1)])
    }

    /// Splits a cluster into parts. The largest part keeps the id; ties go to the first.
    mutating func carryOut(_ split: Split, _ parts: [SplitPart]) {
        guard let index = model.index(of: split.cluster) else { return }
        let counts = parts.map(\.count)
        let largest = counts.firstIndex(of: counts.max() ?? 0) ?? 0
        model.clusters[index].centroid = split.points.centroid(parts[largest].centroid)
        model.clusters[index].heldUntil = effect
        model.clusters[index].touchedTick = effect
        model.clusters[index].touch(.split, model.ticks)
        used.insert(split.cluster)
        for (place, part) in parts.enumerated() where place != largest && count < most {
            create(split.points.centroid(part.centroid), origin: .split, parent: split.cluster)
        }
    }

    /// Merges two clusters. The larger one keeps its id; ties go to the lower id.
    mutating func merge(_ pair: Pair) {
        guard let first = model.index(of: pair.first), let second = model.index(of: pair.second) else { return }
        let isFirst = model.clusters[first].sums.count >= model.clusters[second].sums.count
        merge(isFirst ? second : first, into: isFirst ? first : second)
    }

    /// Merges the cluster at one index into that at another.
    mutating func merge(_ merged: Int, into survivor: Int) {
        let gone = model.clusters[merged]
        let id = model.clusters[survivor].id
        model.clusters[survivor].sums.add(
            ClusterDelta(
                cluster: gone.id, count: gone.sums.count, sums: gone.sums.sums, published: gone.sums.published))
        model.clusters[survivor].touchedTick = effect
        model.merged.append(Merge(cluster: gone.id, survivor: id, tick: model.ticks, version: version))
        model.merged.sort { $0.cluster < $1.cluster }
        model.clusters.remove(at: merged)
        used.formUnion([gone.id, id])
        ended.append(Ended(cluster: gone, survivor: id))
        count -= 1
    }

    /// Counts for how many models clusters have been too small.
    private mutating func countLow() {
        for index in model.clusters.indices where model.clusters[index].isActive {
            let members = model.clusters[index].sums.count
            let isLow = members < lowest
            let step: Int64 = members < lowest / 2 ? Rules.lowest : 1
            model.clusters[index].lowTicks = isLow ? model.clusters[index].lowTicks + step : 0
        }
    }

    /// Retires clusters that remain too small. Their members are reassigned or become unassigned.
    private mutating func retireSmall() {
        for index in model.clusters.indices where model.clusters[index].isActive && count > least {
            let cluster = model.clusters[index]
            guard cluster.lowTicks >= Rules.low, model.ticks - cluster.created > Rules.youth else { continue }
            model.clusters[index].isActive = false
            model.clusters[index].heldUntil = nil
            model.clusters[index].touch(.retire, model.ticks)
            used.insert(cluster.id)
            ended.append(Ended(cluster: cluster, survivor: 0))
            count -= 1
        }
        if !ended.isEmpty { model.touchUnassigned(.retire) }
    }
}

extension Model {
    /// Marks the unassigned for reassignment by every shard that opens an epoch with this model or a later one.
    mutating func touchUnassigned(_ reason: Reason) {
        unassignedTouched.set(reason, ticks)
    }
}

extension Cluster {
    /// Marks the members for reassignment by every shard that opens an epoch with this model or a later one.
    mutating func touch(_ reason: Reason, _ tick: Int64) {
        touched.set(reason, tick)
    }
}

extension [Touch] {
    /// Stores the latest tick of each reason, ordered by reason.
    fileprivate mutating func set(_ reason: Reason, _ tick: Int64) {
        removeAll { $0.reason == reason }
        append(Touch(tick: tick, reason: reason))
        sort { $0.reason.rawValue < $1.reason.rawValue }
    }
}
