/// All that is known of clusters and topics after an epoch. The content is a function of the content before, the
/// closings included and the recorded settings; nothing in it depends on timing.
public struct Model: Equatable, Sendable {
    /// The version of the rules that a model is computed by. Any change to what an input gives raises it.
    public static let rules: Int64 = 2

    /// How many models with closings led to it: the lifecycle's clock.
    public var ticks: Int64 = 0
    public var settings: Settings
    public var vocabulary = Vocabulary()
    public var candidates = CandidateTable()
    /// Those who are eligible and in no cluster.
    public var unassigned = ClusterSums()
    /// Ascending by id; retired ones stay until their last member is gone, not `isActive`.
    public var clusters: [Cluster] = []
    public var nextID: ClusterID = 1
    /// Merged clusters and their survivors, as long as a shard may name them; ascending by merged id.
    public var merged: [Merge] = []
    /// The last epoch that each partition has had open, as far as its closings are included; ascending by partition. Those that
    /// have closed no epoch are missing.
    public var opened: [PartitionOpening] = []
    /// Why the unassigned were to be assigned again (seed, birth, retire); the latest of each reason.
    public var unassignedTouched: [Touch] = []

    public init(settings: Settings) {
        self.settings = settings
    }
}

/// A cluster's sums, exactly those of all its members.
public struct ClusterSums: Equatable, Sendable {
    public var count: Int64 = 0
    /// Topics ascending, no zero.
    public var sums: [SumEntry] = []

    public init(count: Int64 = 0, sums: [SumEntry] = []) {
        self.count = count
        self.sums = sums
    }
}

/// An operation of the lifecycle that has members assigned again by every shard that opens an epoch with a later model.
public struct Touch: Equatable, Sendable {
    /// The tick of the model that decided: a shard compares it with the ticks of the model that it had before.
    public var tick: Int64
    public var reason: Reason

    public init(tick: Int64, reason: Reason) {
        self.tick = tick
        self.reason = reason
    }
}

/// A cluster that was merged into another.
public struct Merge: Equatable, Sendable {
    public var cluster: ClusterID
    public var survivor: ClusterID
    /// The tick of the model that decided.
    public var tick: Int64
    /// Its version.
    public var version: Epoch

    public init(cluster: ClusterID, survivor: ClusterID, tick: Int64, version: Epoch) {
        self.cluster = cluster
        self.survivor = survivor
        self.tick = tick
        self.version = version
    }
}

/// A numbered group of members.
public struct Cluster: Equatable, Sendable {
    public var id: ClusterID
    public var sums = ClusterSums()
    /// Topics ascending, no zero, Q15. Held as given until `heldUntil`, then the normalised sum.
    public var centroid: [Component] = []
    /// The tick up to and excluding which the centroid is held; nil: not held.
    public var heldUntil: Int64?
    /// False: retired; nobody is assigned to it any more.
    public var isActive = true
    /// Whether it is published (`privacy.min-cluster-size`).
    public var isShown = false
    /// Whether it has ever been published.
    public var wasShown = false
    /// What its members are in for the outside: itself, a parent, or 0.
    public var outside: ClusterID = 0
    public var origin: LifecycleChange.Origin = .seed
    public var parent: ClusterID = 0
    /// Ticks of its creation and of the last operation on it.
    public var created: Int64 = 0
    public var touchedTick: Int64 = 0
    /// Ticks in a row that it was too small.
    public var lowTicks: Int64 = 0
    /// Operations that have its members assigned again; the latest of each reason.
    public var touched: [Touch] = []
    /// What was last announced: leading topics, and the centroid then.
    public var announced: [TopicNumber] = []
    public var announcedCentroid: [Component] = []
    public var announcedTick: Int64 = 0

    public init(id: ClusterID) {
        self.id = id
    }
}

extension Model {
    /// The cluster's index in `clusters`, by binary search; nil where it is unknown.
    public func index(of id: ClusterID) -> Int? {
        var low = 0
        var high = clusters.count
        while low < high {
            let middle = (low + high) / 2
            if clusters[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < clusters.count && clusters[low].id == id ? low : nil
    }

    /// The cluster that carries `id` on after all merges.
    public func root(of id: ClusterID) -> ClusterID {
        var id = id
        while true {
            var low = 0
            var high = merged.count
            while low < high {
                let middle = (low + high) / 2
                if merged[middle].cluster < id { low = middle + 1 } else { high = middle }
            }
            guard low < merged.count, merged[low].cluster == id else { return id }
            id = merged[low].survivor
        }
    }

    /// What a member of `id` is in for the outside; 0: nothing.
    public func outside(of id: ClusterID) -> ClusterID {
        guard id != 0, let index = index(of: root(of: id)) else { return 0 }
        return clusters[index].isActive ? clusters[index].outside : 0
    }
}
