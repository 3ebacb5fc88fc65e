internal import Kafka

/// The clock that the state machines are told the time by: it never goes back, and says nothing about the day.
enum Monotonic {
    private static let origin = ContinuousClock.now

    /// Milliseconds since the process first asked.
    static var now: Int64 { (ContinuousClock.now - origin).milliseconds }
}
