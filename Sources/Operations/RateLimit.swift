import Synchronization

/// Lets the same message through once in a while, and counts what it held back.
public final class RateLimit: Sendable {
    private struct Entry {
        var next: ContinuousClock.Instant
        var held = 0
    }

    private let interval: Duration
    private let entries = Mutex<[String: Entry]>([:])
    /// Keys remembered at most.
    private static let most = 1_024

    /// - Parameter interval: a message passes at most once in it.
    public init(_ interval: Duration) {
        self.interval = interval
    }

    /// Asks whether a message may pass now.
    /// - Parameter key: tells messages apart.
    /// - Returns: how many were held back since the last that passed; nil: this one is held back, too.
    public func pass(_ key: String, at now: ContinuousClock.Instant = .now) -> Int? {
        entries.withLock { entries in
            if let entry = entries[key], now < entry.next {
                entries[key]?.held += 1
                return nil
            }
            let held = entries[key]?.held ?? 0
            if entries.count >= Self.most { entries = entries.filter { now < $0.value.next } }
            if entries.count < Self.most { entries[key] = Entry(next: now + interval) }
            return held
        }
    }
}
