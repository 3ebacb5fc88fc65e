internal import ShoalClustering
internal import ShoalSchemas
internal import ShoalSettings

/// The decisions of the owner of the delta topic's partition: a pure state machine. Records and the time are passed in.
/// Published models are taken out, each with the position at the end of its step (a commit point).
struct CoordinatorMachine {
    /// The settings of the instance that runs it.
    struct Options {
        var settings: Settings
        var key: PrivacyKey
        /// Of the delta topic and of the model topic.
        var deltaSealer: RecordSealer
        var modelSealer: RecordSealer
        var format: OutputFormat
        /// `clusters.topic`; nil if it is not written.
        var clustersTopic: String?
        /// `epoch.future=allow`.
        var allowsFuture: Bool
        /// `epoch.idle-timeout`, in milliseconds.
        var idleTimeout: Int64
        /// The maximum size of a model's part in bytes.
        var largestChunk = Chunks.largest
    }

    var coordinator: Coordinator
    /// The opt-out list for the next models; nil: that of the last one.
    var optedOut: [[UInt8]]?
    private let options: Options
    private let encoder: ChangeRecord
    private var clusters: DescriptionTable?
    private var assembler: EpochDeltaAssembler
    /// The time at which the first delta of an epoch, or of a later one, was seen, in ms of a monotonic clock,
    /// ascending.
    private var firstRead: [(epoch: Epoch, at: Int64)] = []

    /// Continues from the last model. The delta topic must be read from `coordinator.offset`.
    init(last: ModelRecord, options: Options) {
        self.options = options
        encoder = ChangeRecord(format: options.format, key: options.key)
        clusters = options.clustersTopic.map { DescriptionTable($0, format: options.format, after: last) }
        coordinator = Coordinator(model: last.model, bookkeeping: last.bookkeeping)
        assembler = EpochDeltaAssembler(
            partitions: last.bookkeeping.partitions.count, sealer: options.deltaSealer)
    }

    var committedPosition: CommittedPosition {
        CommittedPosition(
            model: coordinator.version, needed: coordinator.oldestNeeded(unread: assembler.oldestOffset),
            reading: coordinator.offset)
    }

    /// Folds a record of the delta topic.
    /// - Parameter now: Milliseconds of a monotonic clock.
    /// - Throws: `ProtoError` for an invalid record; `Contradiction`.
    mutating func fold(_ value: Span<UInt8>, offset: Int64, now: Int64) throws {
        guard let whole = try assembler.add(DeltaRecord.decode(value), offset: offset) else { return }
        try coordinator.fold(whole.word, firstOffset: whole.firstOffset, offset: offset)
        noteDeltas(now)
    }

    /// Records when each epoch was first seen closed by any partition. After a take-over, a delta that reaches beyond
    /// the model that includes it is known only from that model.
    private mutating func noteDeltas(_ now: Int64) {
        guard let closed = coordinator.partitions.compactMap(\.closed).max(),
            closed > firstRead.last?.epoch ?? coordinator.version ?? .min
        else { return }
        firstRead.append((closed, now))
    }

    /// Steps over control records. To be called when all records before `offset` were folded.
    /// - Returns: whether the position moved: a commit is due.
    @discardableResult
    mutating func skip(to offset: Int64) -> Bool {
        guard offset > coordinator.offset else { return false }
        coordinator.skip(to: offset)
        return true
    }

    /// Returns the next model, if it is due. A commit point is due then.
    /// - Parameters:
    ///   - now: Milliseconds of the same clock as in `fold`.
    ///   - wall: Milliseconds since 1970, positive.
    /// - Throws: `Contradiction`.
    mutating func publish(now: Int64, wall: Int64) throws(Contradiction) -> Coordinator.Publication? {
        noteDeltas(now)
        let (firsts, timeout) = (firstRead, options.idleTimeout)
        let clock = Coordinator.Clock(now: self.now(wall: wall)) { epoch in
            guard let first = firsts.first(where: { $0.epoch >= epoch }) else { return false }
            return now - first.at >= timeout
        }
        var next = try coordinator.publish(clock, settings: settings, unread: assembler.oldestOffset)
        next?.bookkeeping.clustersTopic = options.clustersTopic
        if let through = next?.bookkeeping.through { firstRead.removeAll { $0.epoch <= through } }
        return next
    }

    /// Whether a model may become due by the passing of time alone: an epoch that partitions have closed ends by the wall clock, or
    /// `epoch.idle-timeout` passes.
    var waitsForTime: Bool { coordinator.version == nil || !firstRead.isEmpty }

    /// Returns the epoch before which all epochs have ended by the wall clock.
    func now(wall: Int64) -> Epoch {
        options.allowsFuture ? .max : wall / coordinator.model.settings.fixed.epochLength
    }

    /// Whether the last model has settings of a later revision than this instance. Those remain in effect.
    var hasOlderSettings: Bool { options.settings.revision < coordinator.model.settings.revision }

    private var settings: Settings {
        var settings = hasOlderSettings ? coordinator.model.settings : options.settings
        settings.optedOut = optedOut ?? coordinator.model.settings.optedOut
        return settings
    }

    /// Returns the records of a published model, once for each.
    mutating func records(of publication: Coordinator.Publication) -> RecordBuffer {
        let record = ModelRecord(
            bookkeeping: publication.bookkeeping, keyFingerprint: options.key.fingerprint, model: publication.model)
        var records = RecordBuffer()
        record.append(to: &records, by: options.modelSealer, largestChunk: options.largestChunk)
        for change in publication.changes { encoder.append(change, model: publication.model, to: &records) }
        if let version = publication.bookkeeping.through {
            clusters?.append(publication.model, version: version, to: &records)
        }
        return records
    }

    /// Returns the end of a step: its records, and the position after it.
    func commitPoint(_ records: RecordBuffer = RecordBuffer()) -> Outbox.Step {
        Outbox.Step(part: .deltas, position: committedPosition, records: records, isUrgent: !records.isEmpty)
    }
}
