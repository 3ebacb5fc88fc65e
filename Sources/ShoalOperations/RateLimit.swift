import Synchronization

/// Limits the rate of equal messages, and counts suppressed ones.
public final class RateLimit: Sendable {
    private struct Entry {
        var next: ContinuousClock.Instant
        var held = 0
    }

    private let interval: Duration
    private let entries = Mutex<[String: Entry]>([:])
    /// The maximum number of keys remembered.
    private static let most = 1_024

    /// - Parameter interval: The minimum interval between equal messages.
    public init(_ interval: Duration) {
        self.interval = interval
    }

    /// Asks whether a message may pass now.
    /// - Parameter key: Identifies the message.
    /// - Returns: The number of messages suppressed since the last one that passed; `nil` if this one is suppressed
    ///   too.
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
