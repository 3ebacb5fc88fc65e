internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSchemas

/// The batch of records that a shard handles, and the next of them.
struct RecordsInHand: ~Copyable {
    /// Why `handle` returns.
    enum Stop {
        /// All records are handled.
        case end
        /// The next record is an event or several, and this step of it is done.
        case step(ShardMachine.Step)
        /// The next record is no event.
        case other(Intake.Record)
        /// The output is due for a commit point, or a replay has reached its target.
        case pause
    }

    private(set) var messages = MessageBatch()
    private var decoded = DecodedBatch()
    private var events = EventChunk.Reader()
    private var next = 0
    /// The index of the record whose event is in `event`.
    private var loaded = -1
    /// The last event.
    private(set) var event = EngineEvent()
    /// The events since the last call of `takeMisplaced` that belong to another partition.
    private var misplaced = 0

    /// Takes the next batch.
    mutating func take(_ messages: consuming MessageBatch, _ intake: inout Intake) {
        decoded.read(messages, &intake)
        self.messages = messages
        events = EventChunk.Reader(decoded.events)
        (next, loaded) = (0, -1)
    }

    /// Whether the batch was empty.
    var isEmpty: Bool { decoded.records.isEmpty }

    /// Whether all records are handled.
    var isDone: Bool { next == decoded.records.count }

    /// The index of the next record in `messages`.
    var index: Int { decoded.messages[next] }

    /// The offset of the next record.
    var offset: Int64 { decoded.offsets[next] }

    /// The time of the last event, in ms since 1970; nil before the first.
    var time: Int64? { event.time == 0 ? nil : event.time }

    /// Goes on to the record after the next one, which is handled.
    mutating func pass() {
        next += 1
    }

    /// Handles records, until one is no event or waits for something.
    /// - Parameter most: the size of waiting output, in bytes, from which a commit point is due.
    mutating func handle(by machine: inout ShardMachine, most: Int) -> Stop {
        while next < decoded.records.count {
            let offset = decoded.offsets[next]
            switch decoded.records[next] {
            case .event:
                load()
                events.prefetch(&machine.driver.shard)
                let step = machine.step(event, at: offset, now: Monotonic.now)
                guard step == .handled else { return .step(step) }
            case .parts:
                let step = step(&machine)
                guard step == .handled else { return .step(step) }
                next += 1
                continue
            case .part:
                load()
                if events.isMisplaced { return .other(.part) }
                machine.handle(part: event, at: offset)
                next += 1
                continue
            case .end: machine.endRecord(offset)
            case .rejected(.excluded): machine.pass(offset)
            case let record: return .other(record)
            }
            next += 1
            if machine.hasArrived || machine.waitingBytes >= most { return .pause }
        }
        return .end
    }

    /// Performs the next step of an event or of the events of a record.
    mutating func step(_ machine: inout ShardMachine) -> ShardMachine.Step {
        guard case .parts(let count) = decoded.records[next] else {
            return machine.step(event, at: offset, now: Monotonic.now)
        }
        guard let latest = events.latest(of: count) else { return .handled }
        return machine.advance(to: latest, at: offset, now: Monotonic.now) ?? .handled
    }

    private mutating func load() {
        guard loaded != next else { return }
        loaded = next
        _ = events.next(&event)
        if events.isMisplaced { misplaced += 1 }
    }

    /// Returns how many events belong to another partition, since the last call.
    mutating func takeMisplaced() -> Int {
        defer { misplaced = 0 }
        return misplaced
    }
}
