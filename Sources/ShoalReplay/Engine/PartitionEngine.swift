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

    /// Its target is the exact position at which to stop; `nil` for the end.
    var driver: PartitionDriver<KeyedTopics>
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
        driver = PartitionDriver(shard, offset: offset)
        self.isGiven = isGiven
    }

    /// Handles the available records.
    mutating func run<Source: EventSource>(_ source: inout Source) -> Stop {
        while true {
            if driver.hasArrived { return .arrived }
            if pending == nil { pending = source.next(&event) }
            guard let record = pending else { return .empty }
            // Offsets without a record before the target hold control records and aborted ones.
            if driver.skipGap(before: pendingOffset), driver.hasArrived { return .arrived }
            switch record {
            case .rejected(let place):
                driver.pass(place)
            case .erase(let member, let place):
                driver.erase(member, at: place)
            case .event(let place):
                if !isGiven, let stop = driver.advance(to: event, at: place) { return Stop(stop) }
                let far = Shard<KeyedTopics>.prefetchDistance
                driver.shard.prefetch(source.upcoming(far), source.upcoming(far * 2 / 3), source.upcoming(far / 3))
                observed(at: place) { $0.handle($1, at: place) }
            case .parts(let place, let latest):
                if !isGiven, let latest, let stop = driver.advance(to: latest, at: place) {
                    return Stop(stop)
                }
            case .part(let place):
                observed(at: place) { $0.handle(part: $1, at: place) }
                pending = nil
                continue
            case .end(let place):
                driver.endRecord(place)
            }
            pending = nil
            if driver.changes.count >= 1_024 { return .changes }
        }
    }

    /// Handles the event, under the eyes of the lens.
    @inline(__always)
    private mutating func observed(
        at place: Int64, _ handle: (inout PartitionDriver<KeyedTopics>, borrowing EngineEvent) -> Void
    ) {
        if let lens, lens.members.contains(event.member) {
            lens.member = event.member
            lens.before(event, at: place, driver.shard)
            handle(&driver, event)
            lens.after(driver.shard)
        } else {
            handle(&driver, event)
        }
        saw(event.time)
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

    /// No record is left: the offsets up to the target hold control records and aborted ones.
    mutating func endInput() {
        if pending == nil { driver.skipGap(before: .max) }
    }

    /// Opens the next epoch, or continues opening it.
    /// - Parameters:
    ///   - model: The required model.
    ///   - place: The offset of the event that opens it.
    /// - Returns: Whether it is open. If not, the call must be repeated.
    mutating func open(_ model: CompiledModel, offset place: Int64) -> Bool {
        if let lens { lens.beforeOpening(driver.shard, at: place) }
        let isOpen = driver.open(model, at: place)
        if let lens { lens.afterOpening(driver.shard) }
        return isOpen
    }

    /// The offset of the current event.
    var pendingOffset: Int64 { pending?.offset ?? driver.offset }
}

extension PartitionEngine.Stop {
    @inline(__always)
    fileprivate init(_ stop: PartitionDriver<KeyedTopics>.Stop) {
        switch stop {
        case .closed(let delta): self = .closed(delta)
        case .needs(let version): self = .needs(version)
        }
    }
}
