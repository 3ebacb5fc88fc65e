/// Replays events at a multiple of real time.
struct Pace: Sendable {
    /// The multiple; `nil` for full speed.
    let speed: Double?
    /// The time of the first event in milliseconds, and the clock when it was due.
    private var origin: (time: Int64, clock: ContinuousClock.Instant)?

    init(speed: Double?) {
        self.speed = speed
    }

    /// - Parameter text: A positive number, or `max`.
    /// - Throws: `UsageError`.
    init(_ text: String) throws {
        let speed = Double(text)
        guard text == "max" || speed.map({ $0 > 0 && $0.isFinite }) == true else {
            throw UsageError(description: "--speed \(text): must be a number above 0, or max")
        }
        self.init(speed: text == "max" ? nil : speed)
    }

    /// Returns when an event of this time, in milliseconds, is due; `nil` for now.
    mutating func due(_ time: Int64) -> ContinuousClock.Instant? {
        guard let speed else { return nil }
        let now = ContinuousClock.now
        let begin = origin ?? (time, now)
        origin = begin
        // Limited to a year, because longer waits would exceed a duration.
        let due = begin.clock + .milliseconds(min(Double(time - begin.time) / speed, 31_536_000_000))
        return due > now ? due : nil
    }
}
