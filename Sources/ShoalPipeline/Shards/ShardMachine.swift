internal import ShoalClustering
internal import ShoalSettings

/// The decisions of an input partition's owner: a pure state machine. Records, models and the time are passed in. The
/// output of each step is taken out with the position at its end (a commit point).
struct ShardMachine {
    /// The progress of an event.
    enum Step: Equatable {
        /// The event is handled. The next record can follow.
        case handled
        /// The event advanced the clock, and the open epoch was closed. An urgent commit point is due.
        case closed(through: Epoch)
        /// The event's epoch can be opened with exactly this model.
        case needs(Epoch)
    }

    /// The options that affect the produced records.
    struct Output {
        var format: OutputFormat
        var key: PrivacyKey
        /// Of the delta topic.
        var sealer: RecordSealer
        /// Whether `members.topic` is written.
        var memberships: Bool
        /// The maximum size of a delta's part in bytes.
        var largestChunk = Chunks.largest
        /// The number of members between two commit points of an opening.
        var openingStep = Shard<KeyedTopics>.openingStep
    }

    let partition: Int32
    var driver: PartitionDriver<KeyedTopics>
    /// There are only control records and aborted records between `offset` and this offset.
    private var skipped: Int64 = 0
    /// The number of published changes.
    private(set) var published = ChangeCounts()
    private let output: Output
    private let encoder: ChangeRecord
    private var records = RecordBuffer()
    private var caughtUp: CaughtUp
    /// `nil` if no snapshots are made.
    private var snapshots: SnapshotWriter?

    /// - Parameters:
    ///   - offset: The application's first offset.
    ///   - caughtUp: Starts with the take-over.
    init(
        partition: Int32, offset: Int64, genesis: CompiledModel, keys: KeyedTopics, output: Output, caughtUp: CaughtUp,
        snapshots: SnapshotWriter? = nil
    ) {
        let shard = Shard(partition: partition, genesis: genesis, keys: keys)
        self.init(shard, offset: offset, output: output, caughtUp: caughtUp, snapshots: snapshots)
    }

    /// Continues from a snapshot. Later records must be replayed.
    /// - Parameter model: The model of the open epoch.
    init(
        restoring restored: consuming StateTable.Restored, partition: Int32, model: CompiledModel, keys: KeyedTopics,
        output: Output, caughtUp: CaughtUp, snapshots: SnapshotWriter?
    ) {
        let offset = restored.header.point.offset
        let shard = Shard(
            partition: partition, model: model, keys: keys, header: restored.header, members: restored.members,
            later: restored.later)
        self.init(shard, offset: offset, output: output, caughtUp: caughtUp, snapshots: snapshots)
    }

    private init(
        _ shard: consuming Shard<KeyedTopics>, offset: Int64, output: Output, caughtUp: CaughtUp,
        snapshots: SnapshotWriter?
    ) {
        partition = shard.partition
        self.output = output
        encoder = ChangeRecord(format: output.format, key: output.key)
        self.caughtUp = caughtUp
        self.snapshots = snapshots
        driver = PartitionDriver(shard, offset: offset)
        if snapshots != nil { driver.shard.trackChanges() }
    }

    /// The offset behind the last record that was handled. Snapshots and replays refer to it.
    var offset: Int64 { driver.offset }

    var position: Position { driver.position }

    /// The next offset to read.
    var nextOffset: Int64 { max(offset, skipped) }

    var committedPosition: CommittedPosition { CommittedPosition(handled: position, reading: nextOffset) }

    /// The snapshots written so far; `nil` if none are made.
    var snapshotsWritten: SnapshotWriter.Written? { snapshots?.written }

    /// The size of records after the last commit point, in bytes.
    var waitingBytes: Int { records.size }

    // MARK: - Replay

    /// From now on the log is repeated up to exactly `target`, publishing nothing.
    /// - Parameter reading: the next offset to read after the replay.
    mutating func replay(to target: Position, reading: Int64 = 0) {
        driver.target = target
        skipped = reading
    }

    /// A replay has a target, and the work after it has none.
    var isReplaying: Bool { driver.target != nil }
    var hasArrived: Bool { driver.hasArrived }
    /// Whether the log contradicts the committed position.
    var hasOvershot: Bool { driver.hasOvershot }

    /// Whether the restored state belongs to a later point than the replay has reached.
    var isBehindState: Bool { driver.shard.restoredThrough != nil }

    /// Ends the replay. Later output is published.
    mutating func endReplay() {
        driver.shard.endRestore()
        driver.target = nil
    }

    // MARK: - Steps

    /// Performs one step of the event at `place`. Must be repeated until the event is handled.
    mutating func step(_ event: borrowing EngineEvent, at place: Int64, now: @autoclosure () -> Int64) -> Step {
        if let step = advance(to: event.tick, at: place, now: now()) { return step }
        driver.handle(event, at: place)
        publish()
        return .handled
    }

    /// Performs one step before the events of the record at `place`.
    /// - Parameter tick: of the latest of them.
    /// - Returns: nil: they can be handled.
    @inline(__always)
    mutating func advance(to tick: EngineEvent.Tick, at place: Int64, now: @autoclosure () -> Int64) -> Step? {
        switch driver.advance(to: tick, at: place) {
        case .needs(let version): return .needs(version)
        case .closed(let delta):
            publish(delta, now())
            return .closed(through: delta.through)
        case nil: return nil
        }
    }

    /// Handles one of the events of the record at `place`. `endRecord` must follow the last one.
    mutating func handle(part event: borrowing EngineEvent, at place: Int64) {
        driver.handle(part: event, at: place)
    }

    /// Ends the record at `place`, of which all events are handled.
    mutating func endRecord(_ place: Int64) {
        driver.endRecord(place)
        publish()
    }

    /// Refuses one of the events of a record.
    /// - Parameter append: appends its dead letter.
    mutating func rejectPart(_ append: (inout RecordBuffer) -> Void) {
        if !isReplaying { append(&records) }
    }

    /// Opens the next epoch, or continues opening it. A commit point is due, and then the event's next step.
    /// - Parameter model: The required model.
    mutating func open(with model: CompiledModel, at place: Int64) {
        _ = driver.open(model, at: place, most: output.openingStep)
        publish()
    }

    /// Handles the tombstone at `place`.
    mutating func erase(_ member: Pseudonym, at place: Int64) {
        driver.erase(member, at: place)
        publish()
    }

    /// The tombstone at `place`, which is in the wrong partition.
    /// - Parameter append: appends its dead letter.
    mutating func erase(_ member: Pseudonym, at place: Int64, _ append: (inout RecordBuffer) -> Void) {
        if !isReplaying { append(&records) }
        erase(member, at: place)
    }

    /// Passes a record that is not meant to be a watch event.
    mutating func pass(_ place: Int64) {
        driver.pass(place)
    }

    /// Handles a record that is not a valid watch event.
    /// - Parameter append: Appends its dead letter.
    mutating func reject(at place: Int64, _ append: (inout RecordBuffer) -> Void) {
        if !isReplaying { append(&records) }
        driver.pass(place)
    }

    /// Returns a commit point: the records of the steps so far, and the position after them. Returns `nil` during a
    /// replay.
    mutating func commitPoint(isUrgent: Bool = false) -> Outbox.Step? {
        guard !isReplaying else { return nil }
        let step = Outbox.Step(
            part: .input(partition), position: committedPosition, records: records, isUrgent: isUrgent)
        records = RecordBuffer()
        return step
    }

    /// Steps over control records and aborted records. To be called when all records before `position` were handled. It changes
    /// the committed position only: the clock, the phase and the state stay.
    /// - Parameter position: the reader's.
    /// - Returns: whether the position moved: a commit is due.
    mutating func skip(to position: Int64) -> Bool {
        guard !isReplaying, driver.shard.neededModel == nil, position > nextOffset else { return false }
        skipped = position
        return true
    }

    /// Continues a snapshot, if one is in progress or due.
    /// - Returns: Whether records were written, so that a commit point is due.
    mutating func snapshot(_ now: Int64) -> Bool {
        guard !isReplaying else { return false }
        let offset = driver.offset
        return snapshots?.write(&driver.shard, offset: offset, now: now, to: &records) ?? false
    }

    /// Returns when a snapshot or a query for the idle status is due if no record arrives, in milliseconds of the same clock; nil:
    /// never.
    func nextDue(_ now: Int64) -> Int64? {
        guard !isReplaying, driver.shard.neededModel == nil else { return nil }
        let snapshot = snapshots?.nextDue(driver.shard, offset: driver.offset)
        // The status waits for an answer, or for records that an open transaction hides.
        return [snapshot, caughtUp.due].compactMap { $0.map { $0 > now ? $0 : now + 1_000 } }.min()
    }

    mutating func publish(_ delta: EpochDelta, _ now: Int64) {
        caughtUp.restart(now)
        guard !isReplaying else { return }
        let values = DeltaRecord.encode(delta, by: output.sealer, largestChunk: output.largestChunk)
        for value in values { say(value) }
    }

    private mutating func publish() {
        guard !driver.changes.isEmpty else { return }
        if !isReplaying {
            encoder.append(driver.changes, partition: partition, memberships: output.memberships, to: &records)
            for change in driver.changes { published.count(change.kind) }
        }
        driver.changes.removeAll(keepingCapacity: true)
    }

    // MARK: - Status messages

    /// Begins the work. A shard with input left, or without a committed position, first sends the active status.
    /// - Returns: Whether a message was written, so that a commit point is due.
    mutating func begin(isCommitted: Bool, hasInputLeft: Bool) -> Bool {
        guard !isCommitted || hasInputLeft else { return false }
        say(DeltaRecord.encode(caughtUp: false, partition: partition, number: driver.shard.deltaCount))
        return true
    }

    /// Returns whether there is input left to handle.
    /// - Parameter high: The partition's high watermark.
    func hasInputLeft(high: Int64) -> Bool {
        driver.shard.neededModel != nil || nextOffset < high
    }

    /// Returns whether to query the high watermark, since nothing has arrived for long enough.
    func mayBeCaughtUp(_ now: Int64) -> Bool {
        !isReplaying && driver.shard.neededModel == nil && caughtUp.isDue(now)
    }

    /// Sends the idle status if the shard is at the end of the log. The end is a position, not the last message.
    /// - Parameters:
    ///   - position: The reader's position, after all handled records and the control records that follow.
    ///   - high: The partition's high watermark, queried after the position.
    /// - Returns: Whether a message was written, so that a commit point is due.
    mutating func sayCaughtUp(position: Int64, high: Int64, now: Int64) -> Bool {
        guard position >= high else { return false }
        caughtUp.said(now)
        say(DeltaRecord.encode(caughtUp: true, partition: partition, number: driver.shard.deltaCount))
        return true
    }

    private mutating func say(_ word: [UInt8]) {
        let key = "\(partition)"
        records.append(to: .deltas, key: { $0 += key.utf8 }, value: { $0 += word })
    }
}
