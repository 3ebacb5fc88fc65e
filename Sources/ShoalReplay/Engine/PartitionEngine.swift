internal import ShoalClustering
internal import ShoalPipeline

/// The engine of one partition, driven from a source until it must wait.
struct PartitionEngine {
    /// The reason for stopping.
    enum Stop {
        /// No record is available.
        case empty
        /// The clock advanced, and the open epoch was closed.
        case closed(EpochDelta)
        /// The next epoch can be opened with exactly this model.
        case needs(Epoch)
        /// Many changes are ready to be taken.
        case changes
        /// The target has been reached.
        case arrived
    }

    private(set) var shard: Shard<KeyedTopics>
    /// The next offset to handle.
    private(set) var offset: Int64
    /// The changes of the steps so far, to be taken by the caller.
    var changes: [MemberChange] = []
    /// The exact position at which to stop; `nil` for the end.
    var target: Position?
    /// Observes one member; `nil` for none.
    var lens: MemberLens?
    private var pending: SourceRecord?
    /// The last event.
    private(set) var event = EngineEvent()
    /// The times of the earliest and the latest event.
    private(set) var times: ClosedRange<Int64>?
    private let isGiven: Bool

    /// - Parameter isGiven: Whether the source gives the events epoch by epoch, so that the clock is not used.
    init(_ shard: consuming Shard<KeyedTopics>, offset: Int64, isGiven: Bool = false) {
        self.shard = shard
        self.offset = offset
        self.isGiven = isGiven
    }

    var position: Position { Position(offset: offset, phase: shard.phase) }

    /// Whether the log contradicts the target.
    var hasOvershot: Bool { target.map { offset > $0.offset } ?? false }

    /// Handles the available records.
    mutating func run<Source: EventSource>(_ source: inout Source) -> Stop {
        while true {
            if let target, offset >= target.offset, position == target { return .arrived }
            if pending == nil { pending = source.next(&event) }
            guard let record = pending else { return .empty }
            // Offsets without a record before the target hold control records and aborted ones.
            if let target, offset < target.offset, pendingOffset >= target.offset {
                offset = target.offset
                if position == target { return .arrived }
            }
            switch record {
            case .rejected(let place):
                offset = place + 1
            case .erase(let member, let place):
                _ = shard.erase(member, offset: place, changes: &changes)
                offset = place + 1
            case .event(let place):
                // There are only control records before it: as in `ShardMachine`.
                if !isGiven { offset = max(offset, place) }
                if let needed = shard.neededModel { return .needs(needed) }
                if !isGiven, let epoch = shard.observe(viewer: event.member, time: event.time) {
                    return .closed(close(to: epoch))
                }
                let far = Shard<KeyedTopics>.prefetchDistance
                shard.prefetch(source.upcoming(far), source.upcoming(far * 2 / 3), source.upcoming(far / 3))
                if let lens, lens.member == event.member {
                    lens.before(event, at: place, shard)
                    shard.handle(event, offset: place, changes: &changes)
                    lens.after(shard)
                } else {
                    shard.handle(event, offset: place, changes: &changes)
                }
                saw(event.time)
                offset = place + 1
            }
            pending = nil
            if changes.count >= 1_024 { return .changes }
        }
    }

    @inline(__always)
    private mutating func saw(_ time: Int64) {
        guard let known = times else {
            times = time...time
            return
        }
        if time < known.lowerBound { times = time...known.upperBound }
        if time > known.upperBound { times = known.lowerBound...time }
    }

    mutating func close(to epoch: Epoch) -> EpochDelta {
        shard.close(to: epoch)
    }

    /// No record is left: the offsets up to the target hold control records and aborted ones.
    mutating func endInput() {
        if pending == nil, let target { offset = max(offset, target.offset) }
    }

    /// Opens the next epoch, or continues opening it.
    /// - Parameters:
    ///   - model: The required model.
    ///   - time: The time of the event that opens it.
    /// - Returns: Whether it is open. If not, the call must be repeated.
    mutating func open(_ model: CompiledModel, time: Int64, offset place: Int64) -> Bool {
        if let lens { lens.beforeOpening(shard, at: place) }
        let isOpen = shard.open(model, offset: place, time: time, changes: &changes)
        if let lens { lens.afterOpening(shard) }
        return isOpen
    }

    /// The offset of the current event.
    var pendingOffset: Int64 {
        switch pending {
        case .event(let place), .erase(_, let place), .rejected(let place): place
        case nil: offset
        }
    }
}
