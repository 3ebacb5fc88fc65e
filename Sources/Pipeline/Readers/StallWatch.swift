/// Why a reader gives nothing: the log ends there, a transaction that is open hides what follows (the last stable offset
/// stands still), or the reader's client has gone deaf, as behind a connection that nobody has closed and on which nothing
/// arrives. A pure table: it says what to ask or to do, and is told the answers. Only another client cures the last.
///
/// Whoever is deaf is found after the time-out: once it is known that there is more, once that it may be read, and once that
/// it has not come since. Times in milliseconds of a monotonic clock.
struct StallWatch {
    enum Action: Equatable {
        /// Ask for the high watermark.
        case askHigh
        /// Ask for the last stable offset, through a client that nothing is wrong with.
        case askStable
        /// Say that a transaction has been open for so many milliseconds at least.
        case tell(Int64)
        /// Read on from the same offset through a new client; nothing has come for so many milliseconds.
        case renew(Int64)
    }

    private enum Known {
        case nothing
        /// The log goes on behind the position.
        case more
        /// What follows is committed, and has not come.
        case due
    }

    private let timeout: Int64
    /// Between two questions.
    private let pause: Int64
    private var position: Int64?
    private var since: Int64 = 0
    private var asked: Int64 = 0
    private var known = Known.nothing
    /// When the transaction is told of again.
    private var told: Int64

    /// - Parameter timeout: `watchdog.timeout`.
    init(timeout: Int64) {
        self.timeout = timeout
        pause = max(timeout / 3, 1_000)
        told = timeout
    }

    /// The reader stands at `position`, and nothing has come.
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

    /// The high watermark; nil: nobody answers.
    mutating func answered(high: Int64?, _ now: Int64) {
        asked = now
        guard let high, let position else { return }
        if high > position {
            known = .more
        } else {
            // The end of the log: the time begins anew.
            (known, since, told) = (.nothing, now, timeout)
        }
    }

    /// The last stable offset; nil: nobody answers.
    mutating func answered(stable: Int64?, _ now: Int64) -> Action? {
        asked = now
        guard let stable, let position else { return nil }
        if stable > position {
            known = .due
            return nil
        }
        // It is asked again whether there is more: the transaction may end with nothing behind it.
        known = .nothing
        guard now - since >= told else { return nil }
        told = 2 * (now - since)
        return .tell(now - since)
    }
}
