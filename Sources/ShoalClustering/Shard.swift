/// The engine of one input partition: clock, members, open delta, candidates and event ids. A function of its log and
/// of the models.
///
/// A record is handled in steps. `observe` returns whether the clock advances. Then `close`, and `open` with the model of
/// the new epoch, and then `handle`. Between any two steps the shard has a phase from which it can be continued.
public struct Shard<Keys: TopicKeys> {
    /// Counters since the shard was created, for metrics and messages.
    public struct Counters: Equatable, Sendable {
        public var events: Int64 = 0
        public var duplicates: Int64 = 0
        /// Events of an epoch before the open one.
        public var late: Int64 = 0
        /// Events of an epoch after the open one. They are handled as if they occurred at its end.
        public var early: Int64 = 0
        /// Sensitive topics of events, up to the last closed epoch: a number that grew with an event would tell what its
        /// viewer watched.
        public var sensitiveTopics: Int64 = 0
        public var candidates: Int64 = 0
        public var erased: Int64 = 0
        /// Tombstones of unknown viewers.
        public var unknownErased: Int64 = 0
        public var eligible: Int64 = 0
        /// Of new viewers beyond `members.max`.
        public var refused: Int64 = 0
        /// Events that provably change no membership, so that the scan of all clusters was skipped.
        public var skipped: Int64 = 0

        public init() {}
    }

    public let partition: Int32
    public internal(set) var phase = Phase.genesis
    /// The open epoch, or the last open one while the next is awaited; `nil` in genesis.
    public internal(set) var openEpoch: Epoch?
    /// The number of epoch deltas so far.
    public internal(set) var deltaCount: Int64 = 0
    public internal(set) var counters = Counters()
    /// The model of the open epoch.
    public internal(set) var current: CompiledModel
    var clock: EpochClock
    var ids: DedupWindow
    var members = MemberTable()
    var memberLimit = MemberLimit()
    var tracker = SnapshotTracker()
    /// Members that a replay must skip for a while; `nil` for none.
    var ahead: MembersAhead?
    var delta = OpenDelta()
    /// The members that the open delta counts towards `privacy.min-cluster-size`.
    var counting = CountingRule()
    /// Members in the order of an interrupted rotation, the next one last. Empty otherwise.
    var rotation: [(rank: UInt128, slot: Int)] = []
    /// Erased members that are not yet published as such.
    public internal(set) var erased: [ErasedMember] = []
    var candidates = OpenCandidates()
    /// Candidates by name, so that a known one needs no HMAC. Bounded.
    var candidateCache: [[UInt8]: UInt128] = [:]
    /// Sensitive topics of events of the open epoch.
    var openSensitiveTopics: Int64 = 0
    /// Topics outside the vocabulary by name: whether they are sensitive under the current model; bounded.
    var sensitivityCache: [[UInt8]: SensitiveTopics.Sensitivity] = [:]
    var openCategories = OpenCategories()
    /// Admitted candidates whose name the model does not know yet, by hash.
    var unnamed: [UInt128: TopicNumber] = [:]
    var scores: [Int32]
    var drift: CentroidDrift
    /// The direction of the current member before its event.
    var before = DirectionBefore()
    /// Whether every skipped scan is repeated and compared; for tests.
    public var isAudited = false
    /// The number of skipped scans that would have changed a membership.
    public internal(set) var wrongSkips: Int64 = 0
    /// Last, so that the offsets of the other fields do not depend on its type.
    var keys: Keys

    /// Creates a shard in genesis.
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

    /// Creates a shard with an open epoch and without genesis. The epoch of each event is given, and the clock is not
    /// used.
    public init(partition: Int32, genesis: CompiledModel, keys: Keys, opening first: Epoch) {
        self.init(partition: partition, genesis: genesis, keys: keys)
        openEpoch = first
        counting = CountingRule(genesis.model, epoch: first)
        phase = .open(first)
    }

    public var memberCount: Int { members.count }
    /// The bytes of the members' table that are in use.
    package var memberBytes: Int { members.bytes }

    /// Whether the viewer is on the opt-out list, so that its events have no effect.
    @inline(__always)
    public func hasOptedOut(_ member: Pseudonym) -> Bool {
        current.rules.hasOptedOut && current.optedOut.contains(member)
    }
    public var fixed: Settings.Fixed { current.model.settings.fixed }

    /// Observes a record's time and returns the epoch to advance to, or `nil`. Only in the phases `genesis` and `open`.
    public mutating func observe(_ tick: EngineEvent.Tick) -> Epoch? {
        let length = current.rules.epochLength
        let viewer = UInt64(truncatingIfNeeded: tick.member)
        let epoch = Arithmetic.epoch(of: tick.time, length: length)
        let latest = tick.recordTime >= tick.time ? epoch : Arithmetic.epoch(of: tick.recordTime, length: length)
        guard let to = clock.observe(viewer: viewer, epoch: epoch, open: openEpoch, latest: latest) else { return nil }
        return openEpoch.map { to > $0 } ?? true ? to : nil
    }

    /// The epoch after the last one of a log that ends here: after the open one, or after the latest that two viewers have
    /// reached. Nil in genesis, and while an epoch is awaited.
    public var epochAfterLast: Epoch? {
        guard case .open(let open) = phase else { return nil }
        let reached = clock.entries.map(\.epoch).sorted().dropLast().last ?? open
        return max(open, reached) + 1
    }

    /// Closes the open epoch and all up to `epoch`, which the shard then waits to open.
    public mutating func close(to epoch: Epoch) -> EpochDelta {
        deltaCount += 1
        var clusters = delta.take()
        sample(into: &clusters)
        let (sightings, namings) = candidates.take()
        counters.sensitiveTopics += openSensitiveTopics
        openSensitiveTopics = 0
        phase = .waiting(epoch, after: nil)
        return EpochDelta(
            partition: partition, number: deltaCount, from: openEpoch, through: epoch - 1, clusters: clusters,
            candidates: sightings, namings: namings, categories: takeCategories())
    }

    /// The version of the model needed to open the next epoch; `nil` if none is awaited.
    public var neededModel: Epoch? {
        switch phase {
        case .genesis, .open: nil
        case .waiting(let epoch, _), .rotating(let epoch, _, _): epoch - fixed.staleness
        }
    }

    /// The version of the model for the open epoch's events; `nil` for the genesis model. Derived from the epoch,
    /// because one model record may hold for several versions.
    public var version: Epoch? {
        guard current.version != nil, let openEpoch else { return nil }
        return openEpoch - fixed.staleness
    }

    /// Makes a model the current one.
    mutating func adopt(_ model: CompiledModel) {
        // Only genesis has viewers of categories when it is closed.
        if model.neutralized != current.neutralized { openCategories.removeAll() }
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
