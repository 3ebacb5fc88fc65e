/// So many times the pace at which things once happened.
struct Pace: Sendable {
    /// nil: as fast as it goes.
    let speed: Double?
    /// The time of the first one, in milliseconds, and when its turn was.
    private var origin: (time: Int64, clock: ContinuousClock.Instant)?

    init(speed: Double?) {
        self.speed = speed
    }

    /// - Parameter text: a number above 0, or `max`.
    /// - Throws: `UsageError`.
    init(_ text: String) throws {
        let speed = Double(text)
        guard text == "max" || speed.map({ $0 > 0 && $0.isFinite }) == true else {
            throw UsageError(description: "--speed \(text): must be a number above 0, or max")
        }
        self.init(speed: text == "max" ? nil : speed)
    }

    /// When something is due that happened at a time, in milliseconds; nil: now.
    mutating func due(_ time: Int64) -> ContinuousClock.Instant? {
        guard let speed else { return nil }
        let now = ContinuousClock.now
        let begin = origin ?? (time, now)
        origin = begin
        // A year is enough for everybody: what is further away would not fit into a duration.
        let due = begin.clock + .milliseconds(min(Double(time - begin.time) / speed, 31_536_000_000))
        return due > now ? due : nil
    }
}
