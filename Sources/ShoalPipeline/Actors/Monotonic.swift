internal import ShoalKafka

/// The monotonic clock of the state machines. It never goes back and is unrelated to the time of day.
enum Monotonic {
    private static let origin = ContinuousClock.now

    /// Milliseconds since the process first read the clock.
    static var now: Int64 { (ContinuousClock.now - origin).milliseconds }
}
