/// Determines why a reader receives nothing: the log ends there, an open transaction hides the following records (the
/// last stable offset does not move), or the reader's client is stalled, for example by a silent connection. A pure
/// state machine: it returns queries and actions, and receives the answers. Only a new client cures a stalled one.
///
/// A stalled client is detected after three consecutive timeouts: records exist, they are readable, and they have not
/// arrived. Times are in milliseconds of a monotonic clock.
struct StallWatch {
    enum Action: Equatable {
        /// Query the high watermark.
        case askHigh
        /// Query the last stable offset through a different client.
        case askStable
        /// Report a transaction that has been open for at least this many milliseconds.
        case tell(Int64)
        /// Continue from the same offset with a new client; nothing has arrived for this many milliseconds.
        case renew(Int64)
    }

    private enum Known {
        case nothing
        /// Records exist after the position.
        case more
        /// Committed records exist after the position and have not arrived.
        case due
    }

    private let timeout: Int64
    /// The interval between queries.
    private let pause: Int64
    private var position: Int64?
    private var since: Int64 = 0
    private var asked: Int64 = 0
    private var known = Known.nothing
    /// The time of the next report of the transaction.
    private var told: Int64

    /// - Parameter timeout: `watchdog.timeout`.
    init(timeout: Int64) {
        self.timeout = timeout
        pause = max(timeout / 3, 1_000)
        told = timeout
    }

    /// The reader is at `position` and nothing has arrived.
    mutating func stands(at position: Int64, _ now: Int64) -> Action? {
        guard position == self.position else {
            self = StallWatch(timeout: timeout)
            (self.position, since, asked) = (position, now, now)
            return nil
        }
        guard now - asked >= pause else { return nil }
        asked = now
        switch known {
        case .nothing: return .askHigh
        case .more: return .askStable
        case .due:
            known = .nothing
            return .renew(now - since)
        }
    }

    /// When the next query is due if nothing arrives.
    var due: Int64 { asked + pause }

    /// Receives the high watermark; `nil` if there was no answer.
    mutating func answered(high: Int64?, _ now: Int64) {
        asked = now
        guard let high, let position else { return }
        if high > position {
            known = .more
        } else {
            // End of the log: restart the timeout.
            (known, since, told) = (.nothing, now, timeout)
        }
    }

    /// Receives the last stable offset; `nil` if there was no answer.
    mutating func answered(stable: Int64?, _ now: Int64) -> Action? {
        asked = now
        guard let stable, let position else { return nil }
        if stable > position {
            known = .due
            return nil
        }
        // Query the high watermark again: the transaction may end without further records.
        known = .nothing
        guard now - since >= told else { return nil }
        told = 2 * (now - since)
        return .tell(now - since)
    }
}
