/// Decides when the keys of an issuer are fetched.
struct KeySchedule: Sendable {
    /// The shortest time between the starts of two fetches.
    let pace: Duration
    /// The age at which keys are fetched again.
    let age: Duration

    private(set) var isFetching = false
    private var last: ContinuousClock.Instant?
    private var lastSuccess: ContinuousClock.Instant?

    init(pace: Duration = .seconds(10), age: Duration = .seconds(900)) {
        (self.pace, self.age) = (pace, age)
    }

    /// Returns whether a fetch has to begin now; the caller then begins it.
    /// - Parameter isMissing: Whether a key is needed that is not known.
    mutating func begins(isMissing: Bool, at now: ContinuousClock.Instant) -> Bool {
        let isDue = isMissing || lastSuccess.map { now - $0 >= age } ?? true
        guard isDue, !isFetching, last.map({ now - $0 >= pace }) ?? true else { return false }
        (isFetching, last) = (true, now)
        return true
    }

    mutating func ended(isSuccess: Bool, at now: ContinuousClock.Instant) {
        isFetching = false
        if isSuccess { lastSuccess = now }
    }
}
