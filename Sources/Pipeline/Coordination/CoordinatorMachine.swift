internal import Clustering
internal import Schemas

/// What the owner of the delta topic's partition decides: a pure state machine. Records and the time are given to it; the
/// models it publishes are taken from it, with the position at the end of the step (a mark).
struct CoordinatorMachine {
    /// What the instance that it runs in wants.
    struct Wishes {
        var settings: Settings
        var keyFingerprint: UInt64
        var format: PipelineOptions.OutputFormat
        /// `epoch.future=allow`.
        var allowsFuture: Bool
        /// `epoch.idle-timeout`, in milliseconds.
        var idleTimeout: Int64
        /// Bytes of the largest part of a model.
        var largestPart = Parts.largest
    }

    var coordinator: Coordinator
    private let wishes: Wishes
    private var assembler: ClosingAssembler
    /// When the first closing of an epoch, or of a later one, was seen, in ms of a monotonic clock: ascending.
    private var firstRead: [(epoch: Epoch, at: Int64)] = []

    /// Continues from the last model: the delta topic is to be read from `coordinator.offset`.
    init(last: ModelRecord, wishes: Wishes) {
        self.wishes = wishes
        coordinator = Coordinator(model: last.model, bookkeeping: last.bookkeeping)
        assembler = ClosingAssembler(partitions: last.bookkeeping.partitions.count)
    }

    var committedPosition: CommittedPosition {
        CommittedPosition(
            model: coordinator.version, needed: coordinator.oldestNeeded(unread: assembler.oldestOffset),
            reading: coordinator.offset)
    }

    /// Takes a record of the delta topic in.
    /// - Parameter now: ms of a monotonic clock.
    /// - Throws: `ProtoError` where it is none; `Contradiction`.
    mutating func fold(_ value: Span<UInt8>, offset: Int64, now: Int64) throws {
        guard let whole = try assembler.add(WordRecord.decode(value), offset: offset) else { return }
        try coordinator.fold(whole.word, firstOffset: whole.firstOffset, offset: offset)
        noteClosings(now)
    }

    /// Which epochs have been closed by somebody, and when that was seen first. After a take-over only the model tells of a
    /// closing that reaches beyond the model that includes it.
    private mutating func noteClosings(_ now: Int64) {
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

    /// The next model, if it is due. A mark is due then.
    /// - Parameters:
    ///   - now: ms of the same clock as in `fold`.
    ///   - wall: ms since 1970, positive.
    /// - Throws: `Contradiction`.
    mutating func publish(now: Int64, wall: Int64) throws(Contradiction) -> Coordinator.Publication? {
        noteClosings(now)
        let (firsts, timeout) = (firstRead, wishes.idleTimeout)
        let clock = Coordinator.Clock(now: self.now(wall: wall)) { epoch in
            guard let first = firsts.first(where: { $0.epoch >= epoch }) else { return false }
            return now - first.at >= timeout
        }
        let next = try coordinator.publish(clock, settings: settings, unread: assembler.oldestOffset)
        if let through = next?.bookkeeping.through { firstRead.removeAll { $0.epoch <= through } }
        return next
    }

    /// Epochs before it have ended by the wall clock.
    func now(wall: Int64) -> Epoch {
        wishes.allowsFuture ? .max : wall / coordinator.model.settings.fixed.epochLength
    }

    /// Whether the last model has settings of a later revision than this instance: those are carried on.
    var hasOlderSettings: Bool { wishes.settings.revision < coordinator.model.settings.revision }

    private var settings: Settings { hasOlderSettings ? coordinator.model.settings : wishes.settings }

    /// The records of a model that was published.
    func records(of publication: Coordinator.Publication) -> RecordBuffer {
        let record = ModelRecord(
            bookkeeping: publication.bookkeeping, keyFingerprint: wishes.keyFingerprint, model: publication.model)
        var records = RecordBuffer()
        record.append(to: &records, largestPart: wishes.largestPart)
        let encoder = ChangeRecord(format: wishes.format)
        for change in publication.changes { encoder.append(change, model: publication.model, to: &records) }
        return records
    }

    /// The end of a step: its records, and the position after it.
    func mark(_ records: RecordBuffer = RecordBuffer()) -> Outbox.Step {
        Outbox.Step(part: .deltas, position: committedPosition, records: records, isUrgent: !records.isEmpty)
    }
}
