/// One input partition's engine: a function of its log and of the models. Clock, members, open delta, candidates and ids.
///
/// A record is handled in steps: `look` says whether the clock moves; then `close`, then `open` with the model of the new
/// epoch, and only then `handle`. Between any two steps the shard has a phase that it can be continued from.
public struct Shard<Keys: TopicKeys> {
    /// Counted since the shard was made; for metrics and messages.
    public struct Counters: Equatable, Sendable {
        public var events: Int64 = 0
        public var duplicates: Int64 = 0
        /// Of an epoch before the open one.
        public var late: Int64 = 0
        /// Of an epoch beyond the open one: handled as if it came at its end.
        public var early: Int64 = 0
        public var sensitiveTopics: Int64 = 0
        public var candidates: Int64 = 0
        public var erased: Int64 = 0
        /// Tombstones of viewers that nobody knew.
        public var unknownErased: Int64 = 0
        public var eligible: Int64 = 0
        /// Of new viewers beyond `members.max`.
        public var refused: Int64 = 0
        /// Events that provably changed no membership, so that not all clusters were scanned.
        public var skipped: Int64 = 0

        public init() {}
    }

    public let partition: Int32
    public internal(set) var phase = Phase.genesis
    /// The epoch that is open, or was before the one that is waited for; nil: genesis.
    public internal(set) var openEpoch: Epoch?
    /// How many closings there have been.
    public internal(set) var closings: Int64 = 0
    public internal(set) var counters = Counters()
    /// The model of the open epoch.
    public internal(set) var current: CompiledModel
    var clock: EpochClock
    var ids: DedupWindow
    var members = MemberTable()
    var memberLimit = MemberLimit()
    var tracker = SnapshotTracker()
    /// Members that a replay has to pass over for a while; nil: none.
    var ahead: MembersAhead?
    var delta = OpenDelta()
    var candidates = OpenCandidates()
    /// Candidates by name, so that a known one costs no HMAC; bounded.
    var candidateCache: [[UInt8]: UInt128] = [:]
    /// Topics outside the vocabulary by name: whether they are sensitive under the current model; bounded.
    var sensitivityCache: [[UInt8]: Bool] = [:]
    /// Admitted candidates whose name the model does not know yet, by hash.
    var unnamed: [UInt128: TopicNumber] = [:]
    var scores: [Int32]
    var drift: CentroidDrift
    /// The direction of the member at hand, before its event.
    var before = DirectionBefore()
    /// Whether every skipped scan is done all the same, and compared: for tests.
    public var isAudited = false
    /// Of those, how many would have changed a membership.
    public internal(set) var wrongSkips: Int64 = 0
    /// Last: where all else lies does not depend on its type.
    var keys: Keys

    /// - Parameter genesis: the genesis model, which is the model of genesis.
    public init(partition: Int32, genesis: CompiledModel, keys: Keys) {
        self.partition = partition
        self.keys = keys
        current = genesis
        let fixed = genesis.model.settings.fixed
        clock = EpochClock(quorum: fixed.clockQuorum, maxStep: fixed.clockMaxStep)
        ids = DedupWindow(capacity: fixed.dedupWindow)
        scores = Array(repeating: 0, count: genesis.width)
        drift = CentroidDrift(genesis)
        adopt(genesis)
    }

    /// A shard that begins with an epoch open and has no genesis: the epoch of each event is given, and the clock is not asked.
    public init(partition: Int32, genesis: CompiledModel, keys: Keys, opening first: Epoch) {
        self.init(partition: partition, genesis: genesis, keys: keys)
        openEpoch = first
        phase = .open(first)
    }

    public var memberCount: Int { members.count }
    var fixed: Settings.Fixed { current.model.settings.fixed }

    /// Looks at a record's time: the epoch to move to, or nil. In no phase but `genesis` and `open`.
    public mutating func look(viewer: Pseudonym, time: Int64) -> Epoch? {
        let epoch = Arithmetic.epoch(of: time, length: current.rules.epochLength)
        guard let to = clock.look(viewer: UInt64(truncatingIfNeeded: viewer), epoch: epoch, open: openEpoch) else {
            return nil
        }
        return openEpoch.map { to > $0 } ?? true ? to : nil
    }

    /// Closes the open epoch and all up to `epoch`, which is waited for from now on.
    public mutating func close(to epoch: Epoch) -> Closing {
        closings += 1
        var clusters = delta.take()
        sample(into: &clusters)
        let (sightings, namings) = candidates.take()
        phase = .waiting(epoch, after: nil)
        return Closing(
            partition: partition, number: closings, from: openEpoch, through: epoch - 1, clusters: clusters,
            candidates: sightings, namings: namings)
    }

    /// The version of the model that opening needs; nil where nothing waits.
    public var neededModel: Epoch? {
        guard case .waiting(let epoch, _) = phase else { return nil }
        return epoch - fixed.staleness
    }

    /// The version of the model that the open epoch's events are handled with; nil: the genesis model. A record of the model
    /// topic may hold for many versions, however they arrived: so the epoch names the version, and not the record.
    public var version: Epoch? {
        guard current.version != nil, let openEpoch else { return nil }
        return openEpoch - fixed.staleness
    }

    /// Takes a model as the current one.
    mutating func adopt(_ model: CompiledModel) {
        current = model
        sensitivityCache.removeAll(keepingCapacity: true)
        if scores.count < model.width { scores = Array(repeating: 0, count: model.width) }
        unnamed.removeAll(keepingCapacity: true)
        for (number, entry) in model.model.vocabulary.entries.enumerated() {
            if let candidate = entry.candidate, entry.name == nil, !entry.isRemoved {
                unnamed[candidate] = TopicNumber(number)
            }
        }
    }
}
