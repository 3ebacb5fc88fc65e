/// Drives a shard through the records of its partition: performs the steps of each record in order, and keeps the
/// position. The owner supplies records and models, and takes epoch deltas and changes.
///
/// For each event, `advance` is repeated until it returns `nil`, and then `handle` is called. Inlinable, so that the
/// steps of an event are specialised for the owner's topic keys.
public struct PartitionDriver<Keys: TopicKeys> {
    /// What must be done before the event can be handled.
    public enum Stop {
        /// The event advanced the clock, and the open epoch was closed. `advance` must be called again.
        case closed(EpochDelta)
        /// The next epoch must be opened with exactly this model.
        case needs(Epoch)
    }

    @usableFromInline
    var next: Int64
    /// The position that the log is to lead to exactly; `nil` for none.
    public var target: Position?
    /// Whether a restored state includes later records than the last handled one.
    @usableFromInline
    var isRestoring: Bool
    /// The changes of the steps so far, to be taken by the owner.
    public var changes: [MemberChange] = []
    /// The number of changes before those of a record of several events, while that is handled.
    @usableFromInline
    var recordChanges: Int?
    /// Last, so that the offsets of the other fields do not depend on its type.
    public var shard: Shard<Keys>

    /// - Parameter offset: The offset of the first record.
    public init(_ shard: consuming Shard<Keys>, offset: Int64) {
        next = offset
        isRestoring = shard.restoredThrough != nil
        self.shard = shard
    }

    /// The offset behind the last record that was handled, or that of the record in progress.
    @inlinable
    public var offset: Int64 { next }

    public var position: Position { Position(offset: next, phase: shard.phase) }

    /// Whether the position is the target.
    @inlinable
    public var hasArrived: Bool {
        guard let target, next == target.offset else { return false }
        return shard.phase == target.phase
    }

    /// Whether the log contradicts the target.
    public var hasOvershot: Bool { target.map { next > $0.offset } ?? false }

    // MARK: - Steps

    /// Performs one step before the event at `place`. There are only control records before it, so the closing and the
    /// opening that it causes name its offset.
    /// - Returns: `nil` if the event can be handled.
    @inlinable
    @inline(__always)
    public mutating func advance(to event: borrowing EngineEvent, at place: Int64) -> Stop? {
        advance(to: event.tick, at: place)
    }

    /// Performs one step before the events of the record at `place`, of which the latest is given. The clock does not move
    /// between the events of a record.
    @inlinable
    @inline(__always)
    public mutating func advance(to tick: EngineEvent.Tick, at place: Int64) -> Stop? {
        next = max(next, place)
        if let needed = shard.neededModel { return .needs(needed) }
        if shard.hasOptedOut(tick.member) { return nil }
        guard let epoch = shard.observe(tick) else { return nil }
        return .closed(shard.close(to: epoch))
    }

    /// Handles the event at `place` in the open epoch, or in genesis.
    @inlinable
    @inline(__always)
    public mutating func handle(_ event: borrowing EngineEvent, at place: Int64) {
        if !shard.hasOptedOut(event.member) { shard.handle(event, offset: place, changes: &changes) }
        pass(place)
    }

    /// Handles one of the events of the record at `place`. `endRecord` must follow the last one.
    @inlinable
    public mutating func handle(part event: borrowing EngineEvent, at place: Int64) {
        if recordChanges == nil { recordChanges = changes.count }
        if !shard.hasOptedOut(event.member) {
            shard.handle(event, offset: place, isPart: true, changes: &changes)
        }
    }

    /// Passes the record at `place`, of which all events are handled. It changes a member once, at most.
    public mutating func endRecord(_ place: Int64) {
        if let first = recordChanges { changes.replaceSubrange(first..., with: MemberChange.net(changes[first...])) }
        recordChanges = nil
        // The bound is the same for all events of a record, as replays know it by offsets only.
        shard.limit(from: place + 1)
        pass(place)
    }

    /// Handles the tombstone at `place`.
    /// - Returns: Whether the member was known.
    @discardableResult
    public mutating func erase(_ member: Pseudonym, at place: Int64) -> Bool {
        defer { pass(place) }
        return shard.erase(member, offset: place, changes: &changes)
    }

    /// Passes the record at `place`, which is handled or has no effect.
    @inlinable
    @inline(__always)
    public mutating func pass(_ place: Int64) {
        next = place + 1
        if isRestoring { reach() }
    }

    /// Moves to the target if there are only control records and aborted records before it.
    /// - Parameter place: The offset of the next record; `.max` at the end of the log.
    /// - Returns: Whether the offset changed.
    @inlinable
    @discardableResult
    public mutating func skipGap(before place: Int64) -> Bool {
        guard let target, next < target.offset, place >= target.offset else { return false }
        next = target.offset
        return true
    }

    // MARK: - Epochs

    /// Closes the open epoch and all up to `epoch`, which the shard then waits to open.
    public mutating func close(to epoch: Epoch) -> EpochDelta { shard.close(to: epoch) }

    /// Opens the next epoch, or continues opening it.
    /// - Parameters:
    ///   - model: The required model.
    ///   - place: The offset of the event that opens it.
    ///   - most: The maximum number of members to process.
    /// - Returns: Whether it is open. If not, the call must be repeated.
    public mutating func open(
        _ model: CompiledModel, at place: Int64, most: Int = Shard<Keys>.openingStep
    ) -> Bool {
        let isOpen = shard.open(model, offset: place, most: most, changes: &changes)
        if isRestoring { reach() }
        return isOpen
    }

    /// Opens the next epoch at once.
    public mutating func openWhole(
        _ model: CompiledModel, at place: Int64, most: Int = Shard<Keys>.openingStep
    ) {
        while !open(model, at: place, most: most) {}
    }

    /// Applies the later state once the offset has reached it.
    @usableFromInline
    mutating func reach() {
        shard.reach(next)
        isRestoring = shard.restoredThrough != nil
    }
}
