/// A generator of watch events with known ground truth. Memory depends on the numbers of viewers and videos, not on the
/// number of events.
///
/// Sessions begin as independent Poisson processes, one rate per viewer. Their superposition is drawn: the gap to the
/// next session, then its viewer. A session may have several watches. A watch follows the viewer's taste or, as noise,
/// popularity alone. Only + − × ÷ and √ are used, and no libm, so a seed gives the same stream on every machine. A copy
/// continues independently.
public struct WatchStream: IteratorProtocol, Sendable {
    public let shape: StreamShape
    public let seed: UInt64
    public let catalogue: Catalogue
    /// The epoch of the next event, from 0; `shape.epochs` at the end.
    public private(set) var epoch = 0

    var archetypes: Archetypes
    var population = Population()
    public internal(set) var operations: [ScriptedOperation] = []
    var steps: ArraySlice<DriftScript.Step>
    /// Operations that have begun and take several epochs.
    var changing: [RunningOperation] = []
    /// By index of the operation; absent for operations that are visible at once.
    var unseen: [Int: PendingOperation] = [:]
    var scriptDraws: Draws

    private var draws: Draws
    /// Time since the start of the epoch, as a fraction in 0 ..< 1.
    private var place = 0.0
    /// The start of the next session, once it has been drawn.
    private var arrival: Int64?
    private var sessions = Sessions()
    private var lastID: UInt64 = 0
    /// Events that may be repeated.
    var recent: [GeneratedEvent] = []
    private let multipliers: [Float]
    private let tasteSeed: UInt64

    private static let mostRecent = 256

    /// - Throws: `StreamShapeError` with the first invalid value of the shape.
    public init(_ shape: StreamShape, seed: UInt64) throws(StreamShapeError) {
        try shape.validate()
        self.shape = shape
        self.seed = seed
        var draws = Draws(seed: seed, .archetypes)
        archetypes = Archetypes(shape, &draws)
        draws = Draws(seed: seed, .catalogue)
        catalogue = Catalogue(shape, archetypes, &draws)
        draws = Draws(seed: seed, .population)
        population.add(shape, &draws)
        self.draws = Draws(seed: seed, .events)
        scriptDraws = Draws(seed: seed, .script)
        var tastes = Draws(seed: seed, .tastes)
        tasteSeed = tastes.next()
        multipliers = QuantileTable.standardNormal.values.map { Float(Elementary.exp(shape.spread * $0)) }
        steps = shape.script.steps.inOrder[...]
        runScript()
    }

    /// Returns the next event, or `nil` after the last epoch.
    public mutating func next() -> GeneratedEvent? {
        while epoch < shape.epochs {
            if let event = nextInEpoch() { return event }
            moveOn()
        }
        return nil
    }

    /// Returns the remaining events of the next event's epoch in stream order, or `nil` after the last epoch. The
    /// script's steps of the following epoch have been applied when it returns.
    public mutating func nextEpoch() -> [GeneratedEvent]? {
        guard epoch < shape.epochs else { return nil }
        var events: [GeneratedEvent] = []
        while let event = nextInEpoch() { events.append(event) }
        moveOn()
        return events
    }

    /// Returns the next event of this epoch, or `nil` at its end. `moveOn` begins the next epoch.
    public mutating func nextInEpoch() -> GeneratedEvent? {
        guard epoch < shape.epochs, place < 1 || sessions.isDue(before: end) else { return nil }
        if !recent.isEmpty, draws.chance(shape.repeatShare) {
            var event = recent[draws.below(recent.count)]
            event.epoch = epoch
            return event
        }
        if arrival == nil { arrival = nextArrival() }
        while let going = sessions.popFirst(before: arrival ?? end) {
            // A viewer silenced in the meantime watches no more.
            guard population.rate[going.viewer] > 0 else { continue }
            population.countWatch(going.viewer)
            return watch(going.viewer, going.time)
        }
        guard let time = arrival else { return nil }
        arrival = nil
        return watch(population.draw(&draws), time)
    }

    /// Begins the next epoch and applies the script's steps for it.
    public mutating func moveOn() {
        noteVisible()
        epoch += 1
        place = 0
        arrival = nil
        if epoch < shape.epochs { runScript() }
    }

    /// The start of the epoch in milliseconds since 1970.
    private var end: Int64 { shape.startTime + Int64(epoch + 1) * shape.epochLength }

    /// Returns the start of the next session, or `nil` if none begins in this epoch.
    private mutating func nextArrival() -> Int64? {
        guard place < 1 else { return nil }
        while true {
            // The process is memoryless, so a gap beyond the end of the epoch can be dropped. A rhythm is obtained by
            // thinning a faster process (Lewis and Shedler, 1979).
            let rate = population.totalRate / shape.sessionWatches * DayRhythm.most(shape.dayRhythm)
            place = rate > 0 ? place + draws.exponential() / rate : 1
            guard place < 1 else { return nil }
            let time = shape.startTime + Int64(epoch) * shape.epochLength + Int64(place * Double(shape.epochLength))
            if shape.dayRhythm > 0 {
                let keep = DayRhythm.factor(time, shape.dayRhythm) / DayRhythm.most(shape.dayRhythm)
                if draws.uniform() >= keep { continue }
            }
            return time
        }
    }

    private mutating func watch(_ viewer: Int, _ time: Int64) -> GeneratedEvent {
        var isNoise = true
        var video: Int?
        if let topic = viralTopic() {
            video = catalogue.draw(topic: topic, &draws)
        } else if !draws.chance(shape.noiseShare) {
            video = catalogue.draw(topic: tasteTopic(viewer), &draws)
            isNoise = video == nil
        }
        let chosen = video ?? catalogue.draw(&draws)
        let engagement = (isNoise ? QuantileTable.noiseEngagement : QuantileTable.tasteEngagement).draw(&draws)
        let duration = catalogue.duration(of: chosen)
        let isLate = draws.chance(shape.lateShare) && shape.latest > 0
        lastID += 1
        let event = GeneratedEvent(
            viewer: viewer, video: chosen, topics: catalogue.topics(of: chosen),
            watched: Int64((engagement * Double(duration)).rounded()), duration: duration,
            time: isLate ? time - 1 - Int64(draws.below(Int(shape.latest))) : time, id: lastID, epoch: epoch,
            isNoise: isNoise)
        if shape.sessionWatches > 1, draws.chance(1 - 1 / shape.sessionWatches) {
            let pause = draws.exponential() * shape.sessionPause
            sessions.push(Sessions.ActiveSession(viewer: viewer, time: time + event.watched + 1 + Int64(pause)))
        }
        guard shape.repeatShare > 0 else { return event }
        if recent.count < Self.mostRecent {
            recent.append(event)
        } else {
            recent[Int(lastID % UInt64(Self.mostRecent))] = event
        }
        return event
    }

    /// Draws a core topic of one of the viewer's archetypes, by weight times the viewer's multiplier of that rank.
    private mutating func tasteTopic(_ viewer: Int) -> Int {
        let isSecond = draws.chance(Double(population.mix[viewer]))
        let archetype = Int(isSecond ? population.second[viewer] : population.main[viewer])
        let count = archetypes.weights.count
        let first = isSecond ? count : 0
        var own = InlineArray<64, Double>(repeating: 0)
        var total = 0.0
        var word: UInt64 = 0
        for rank in 0..<count {
            // exp(σ z) is constant for a viewer and rank: z is one of 1,024 normal quantiles, chosen by a hash, so
            // nothing is stored. One hash serves six ranks.
            let (block, part) = (first + rank).quotientAndRemainder(dividingBy: 6)
            if rank == 0 || part == 0 { word = Draws.mix(tasteSeed ^ (UInt64(viewer) << 8 | UInt64(block))) }
            own[rank] = archetypes.weights[rank] * Double(multipliers[Int((word >> UInt64(10 * part)) & 1_023)])
            total += own[rank]
        }
        var left = draws.uniform() * total
        for rank in 0..<count {
            left -= own[rank]
            if left < 0 { return archetypes.cores[archetype][rank] }
        }
        return archetypes.cores[archetype][count - 1]
    }

    private mutating func viralTopic() -> Int? {
        for change in changing {
            if case .viral(let topic, let share, _) = change.action, draws.chance(share) { return topic }
        }
        return nil
    }
}
