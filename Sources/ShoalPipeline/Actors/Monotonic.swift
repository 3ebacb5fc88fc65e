internal import ShoalKafka

/// The monotonic clock of the state machines. It never goes back and is unrelated to the time of day.
enum Monotonic {
    private static let origin = ContinuousClock.now

    /// Milliseconds since the process first read the clock.
    static var now: Int64 { (ContinuousClock.now - origin).milliseconds }

    /// Returns how long to wait for a moment that all waits of the same interval have in common, so that the process wakes once
    /// for all of them: a fifth of the interval at least, and six fifths at most.
    static func pause(_ interval: Duration, _ now: Int64 = now) -> Duration {
        let step = max(interval.milliseconds, 1)
        return .milliseconds((now + step / 5) / step * step + step - now)
    }
}
