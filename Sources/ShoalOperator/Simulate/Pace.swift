/// Replays events at a multiple of real time.
package struct Pace: Sendable {
    /// The multiple; `nil` for full speed.
    package let speed: Double?
    /// The time of the first event in milliseconds, and the clock when it was due.
    private var origin: (time: Int64, clock: ContinuousClock.Instant)?

    package init(speed: Double?) {
        self.speed = speed
    }

    /// Returns when an event of this time, in milliseconds, is due; `nil` for now.
    package mutating func due(_ time: Int64) -> ContinuousClock.Instant? {
        guard let speed else { return nil }
        let now = ContinuousClock.now
        let begin = origin ?? (time, now)
        origin = begin
        // Limited to a year, because longer waits would exceed a duration.
        let due = begin.clock + .milliseconds(min(Double(time - begin.time) / speed, 31_536_000_000))
        return due > now ? due : nil
    }
}
