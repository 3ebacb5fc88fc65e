/// Watch events with known truth, one at a time, in memory that depends on the viewers and videos and not on the events.
///
/// Viewers watch as independent Poisson processes, each with its own rate; their superposition is drawn: the gap to the
/// next event, then whose it is. Where a video goes: to the viewer's taste, or (noise) to popularity alone.
/// Only + − × ÷ and √ are used, no libm: one seed gives the same stream on every machine. A copy goes on by itself.
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
    /// Operations that have begun and go on for some epochs.
    var changing: [Changing] = []
    /// By the operation's index; none for operations that need no waiting.
    var unseen: [Int: Unseen] = [:]
    var scriptDraws: Draws

    private var draws: Draws
    /// Since the epoch's begin, 0 … below 1.
    private var place = 0.0
    private var lastID: UInt64 = 0
    private var recent: [GeneratedEvent] = []
    private let multipliers: [Float]
    private let tasteSeed: UInt64

    private static let mostRecent = 256

    /// - Throws: the first value of the shape that makes no sense.
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

    /// The next event; `nil` after the last epoch.
    public mutating func next() -> GeneratedEvent? {
        while epoch < shape.epochs {
            if let event = nextInEpoch() { return event }
            moveOn()
        }
        return nil
    }

    /// What is left of the epoch of the next event, in the order of the stream; `nil` after the last one. The script's
    /// operations of the epoch that follows have happened when it returns.
    public mutating func nextEpoch() -> [GeneratedEvent]? {
        guard epoch < shape.epochs else { return nil }
        var events: [GeneratedEvent] = []
        while let event = nextInEpoch() { events.append(event) }
        moveOn()
        return events
    }

    /// - Returns: `nil` at the end of the epoch, however often it is asked.
    private mutating func nextInEpoch() -> GeneratedEvent? {
        guard place < 1 else { return nil }
        if !recent.isEmpty, draws.chance(shape.repeatShare) {
            var event = recent[draws.below(recent.count)]
            event.epoch = epoch
            return event
        }
        while true {
            // The process has no memory, so that a gap that leads beyond the epoch may be forgotten. A rhythm is cut out of
            // a faster process (thinning: Lewis and Shedler, 1979).
            let rate = population.totalRate * DayRhythm.most(shape.dayRhythm)
            place = rate > 0 ? place + draws.exponential() / rate : 1
            guard place < 1 else { return nil }
            let time = shape.startTime + Int64(epoch) * shape.epochLength + Int64(place * Double(shape.epochLength))
            if shape.dayRhythm > 0 {
                let keep = DayRhythm.factor(time, shape.dayRhythm) / DayRhythm.most(shape.dayRhythm)
                if draws.uniform() >= keep { continue }
            }
            return watch(time)
        }
    }

    private mutating func moveOn() {
        noteVisible()
        epoch += 1
        place = 0
        if epoch < shape.epochs { runScript() }
    }

    private mutating func watch(_ time: Int64) -> GeneratedEvent {
        let viewer = population.draw(&draws)
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
        guard shape.repeatShare > 0 else { return event }
        if recent.count < Self.mostRecent {
            recent.append(event)
        } else {
            recent[Int(lastID % UInt64(Self.mostRecent))] = event
        }
        return event
    }

    /// A core topic of one of the viewer's archetypes, by weight times the viewer's own multiplier of that rank.
    private mutating func tasteTopic(_ viewer: Int) -> Int {
        let isSecond = draws.chance(Double(population.mix[viewer]))
        let archetype = Int(isSecond ? population.second[viewer] : population.main[viewer])
        let weights = archetypes.weights
        let first = isSecond ? weights.count : 0
        var total = 0.0
        for rank in weights.indices { total += weights[rank] * multiplier(viewer, first + rank) }
        var left = draws.uniform() * total
        for rank in weights.indices {
            left -= weights[rank] * multiplier(viewer, first + rank)
            if left < 0 { return archetypes.cores[archetype][rank] }
        }
        return archetypes.cores[archetype][weights.count - 1]
    }

    /// exp(σ z) of a viewer and rank, always the same: z is one of 1,024 normal quantiles, drawn from a hash, so that
    /// nothing needs to be kept.
    private func multiplier(_ viewer: Int, _ rank: Int) -> Double {
        let word = Draws.mix(tasteSeed ^ (UInt64(viewer) << 8 | UInt64(rank / 6)))
        return Double(multipliers[Int((word >> UInt64(10 * (rank % 6))) & 1_023)])
    }

    private mutating func viralTopic() -> Int? {
        for change in changing {
            if case .viral(let topic, let share, _) = change.action, draws.chance(share) { return topic }
        }
        return nil
    }
}
