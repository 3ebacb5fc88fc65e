internal import Clustering

/// What the owner of an input partition decides, step by step: a pure state machine. Records, models and the time are given
/// to it; what it produced is taken from it with the position at the end of the step (a mark).
struct ShardMachine {
    /// How far an event has come.
    enum Step: Equatable {
        /// It is handled: the next record, please.
        case handled
        /// It moved the clock, and the open epoch was closed: an urgent mark is due.
        case closed(through: Epoch)
        /// Its epoch can be opened with exactly this model.
        case needs(Epoch)
    }

    /// What reaches the records that are produced.
    struct Output {
        var format: PipelineOptions.OutputFormat
        /// Whether `members.topic` is written.
        var memberships: Bool
        /// Bytes of the largest part of a closing.
        var largestPart = Parts.largest
        /// After how many members an opening sets a mark.
        var openingStep = Shard<KeyedTopics>.openingStep
    }

    let partition: Int32
    /// The offset behind the last record that was handled. Snapshots and replays refer to it.
    private(set) var offset: Int64
    /// There are only control records and aborted records between `offset` and this offset.
    private var skipped: Int64 = 0
    var shard: Shard<KeyedTopics>
    /// How many changes were published.
    private(set) var published = ChangeCounts()
    private let output: Output
    private var changes: [MemberChange] = []
    private var records = RecordBuffer()
    /// Where a replay ends; nil: it is no replay.
    private var target: Position?
    private var caughtUp: CaughtUp
    /// nil: no snapshots are made.
    private var snapshots: SnapshotWriter?

    /// - Parameters:
    ///   - offset: the first offset of the application.
    ///   - caughtUp: begins with the take-over.
    init(
        partition: Int32, offset: Int64, genesis: CompiledModel, keys: KeyedTopics, output: Output, caughtUp: CaughtUp,
        snapshots: SnapshotWriter? = nil
    ) {
        let shard = Shard(partition: partition, genesis: genesis, keys: keys)
        self.init(shard, offset: offset, output: output, caughtUp: caughtUp, snapshots: snapshots)
    }

    /// Continues from a snapshot, to be replayed from there.
    /// - Parameter model: that of the epoch that was open.
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
        self.offset = offset
        self.output = output
        self.caughtUp = caughtUp
        self.snapshots = snapshots
        self.shard = shard
        if snapshots != nil { self.shard.trackChanges() }
    }

    var position: Position { Position(offset: offset, phase: shard.phase) }

    /// The next offset to read.
    var nextOffset: Int64 { max(offset, skipped) }

    var committedPosition: CommittedPosition { CommittedPosition(handled: position, reading: nextOffset) }

    /// What was written of snapshots so far; nil: none are made.
    var snapshotsWritten: SnapshotWriter.Written? { snapshots?.written }

    /// Bytes that no mark has taken yet.
    var waitingBytes: Int { records.size }

    // MARK: - Replay

    /// From now on the log is repeated up to exactly `target`, publishing nothing.
    /// - Parameter reading: the next offset to read after the replay.
    mutating func replay(to target: Position, reading: Int64 = 0) {
        self.target = target
        skipped = reading
    }

    var isReplaying: Bool { target != nil }
    var hasArrived: Bool { position == target }
    /// The log contradicts the committed position.
    var hasOvershot: Bool { target.map { offset > $0.offset } ?? false }

    /// The state topic tells of a later point than the replay has come to.
    var isBehindState: Bool { shard.restoredThrough != nil }

    /// The replay is over: what comes now is published.
    mutating func endReplay() {
        shard.endRestore()
        target = nil
    }

    // MARK: - Steps

    /// One step of the event at `place`: to be called until it is handled.
    mutating func step(_ event: borrowing EngineEvent, at place: Int64, now: @autoclosure () -> Int64) -> Step {
        advance(to: place)
        if let needed = shard.neededModel { return .needs(needed) }
        if let epoch = shard.look(viewer: event.member, time: event.time) {
            close(to: epoch, now())
            return .closed(through: epoch - 1)
        }
        shard.handle(event, offset: place, changes: &changes)
        pass(place)
        return .handled
    }

    /// Opens the epoch that is waited for, or a part of it: a mark is due, and then the event's next step.
    /// - Parameter model: exactly the one that is needed.
    mutating func open(with model: CompiledModel, for event: borrowing EngineEvent, at place: Int64) {
        _ = shard.open(model, offset: place, time: event.time, most: output.openingStep, changes: &changes)
        publish()
        if isReplaying { shard.reach(offset) }
    }

    /// The tombstone at `place`.
    mutating func erase(_ member: Pseudonym, at place: Int64) {
        _ = shard.erase(member, offset: place, changes: &changes)
        pass(place)
    }

    /// The tombstone at `place`, which is in the wrong partition.
    /// - Parameter append: appends its dead letter.
    mutating func erase(_ member: Pseudonym, at place: Int64, _ append: (inout RecordBuffer) -> Void) {
        if !isReplaying { append(&records) }
        erase(member, at: place)
    }

    /// The record at `place` is no watch event.
    /// - Parameter append: appends its dead letter.
    mutating func reject(at place: Int64, _ append: (inout RecordBuffer) -> Void) {
        if !isReplaying { append(&records) }
        pass(place)
    }

    /// The end of one or more steps: their records, and the position after them. Nil while the log is only repeated.
    mutating func mark(isUrgent: Bool = false) -> Outbox.Step? {
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
        guard !isReplaying, shard.neededModel == nil, position > nextOffset else { return false }
        skipped = position
        return true
    }

    /// Writes a bit of a snapshot, where one is under way or due.
    /// - Returns: whether there was something to write: a mark is due.
    mutating func snapshot(_ now: Int64) -> Bool {
        guard !isReplaying else { return false }
        return snapshots?.write(&shard, offset: offset, now: now, to: &records) ?? false
    }

    /// There are only control records before the record at `place`. The closing and the opening that it causes, and snapshots
    /// between them, must name the same offset.
    private mutating func advance(to place: Int64) {
        offset = max(offset, place)
    }

    private mutating func pass(_ place: Int64) {
        publish()
        offset = place + 1
        if isReplaying { shard.reach(offset) }
    }

    mutating func close(to epoch: Epoch, _ now: Int64) {
        let closing = shard.close(to: epoch)
        caughtUp.restart(now)
        guard !isReplaying else { return }
        for value in WordRecord.encode(closing, largestPart: output.largestPart) { say(value) }
    }

    private mutating func publish() {
        guard !changes.isEmpty else { return }
        if !isReplaying {
            let encoder = ChangeRecord(format: output.format)
            for change in changes {
                encoder.append(change, partition: partition, memberships: output.memberships, to: &records)
                published.count(change.kind)
            }
        }
        changes.removeAll(keepingCapacity: true)
    }

    // MARK: - Words

    /// The work begins: whoever has input left, or never committed a position, is behind, and says so before anything else.
    /// - Returns: whether there was something to say: a mark is due.
    mutating func begin(isCommitted: Bool, hasInputLeft: Bool) -> Bool {
        guard !isCommitted || hasInputLeft else { return false }
        say(WordRecord.encode(caughtUp: false, partition: partition, number: shard.closings))
        return true
    }

    /// Whether there is input left to handle.
    /// - Parameter high: the partition's high watermark.
    func hasInputLeft(high: Int64) -> Bool {
        shard.neededModel != nil || nextOffset < high
    }

    /// Nothing has arrived: whether it is time to ask for the partition's high watermark.
    func mayBeCaughtUp(_ now: Int64) -> Bool {
        !isReplaying && shard.neededModel == nil && caughtUp.isDue(now)
    }

    /// Says `CaughtUp` where the shard stands at the end: the end is a position, never the last message.
    /// - Parameters:
    ///   - position: of the reader, behind all that was handled and the control records that follow it.
    ///   - high: the partition's high watermark, asked for after the position.
    /// - Returns: whether it was said: a mark is due.
    mutating func sayCaughtUp(position: Int64, high: Int64, now: Int64) -> Bool {
        guard position >= high else { return false }
        caughtUp.said(now)
        say(WordRecord.encode(caughtUp: true, partition: partition, number: shard.closings))
        return true
    }

    private mutating func say(_ word: [UInt8]) {
        let key = "\(partition)"
        records.append(to: .deltas, key: { $0 += key.utf8 }, value: { $0 += word })
    }
}
