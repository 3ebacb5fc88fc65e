internal import ShoalKafka

/// The bounded outbox between the shards that fill it and the loop that commits it. A full outbox blocks its producers.
public actor OutboxGate {
    private var outbox = Outbox()
    private var isClosing = false
    private let bound: Int
    private let changed = Signal()

    /// - Parameter bound: The size in bytes from which `append` waits.
    public init(bound: Int) {
        self.bound = bound
    }

    /// Adds a step, and waits while the outbox is full.
    /// - Throws: `CancellationError`. The step has been added nevertheless.
    public func append(_ step: Outbox.Step) async throws {
        outbox.append(step)
        if step.isUrgent || outbox.count == 1 || outbox.bytes >= bound { changed.notify() }
        while outbox.bytes >= bound, !isClosing {
            let seen = changed.count
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
    }

    /// Returns the next steps to commit: immediately if one is urgent or the outbox is full, otherwise when `interval`
    /// has passed since `last`. Returns `nil` if the gate is closed and empty, or the task is cancelled.
    public func next(limit: Int, interval: Duration, last: ContinuousClock.Instant) async -> Outbox.Cut? {
        while !Task.isCancelled {
            if !outbox.isEmpty {
                let wait = last + interval - .now
                if isClosing || outbox.urgent > 0 || outbox.bytes >= bound || wait <= .zero {
                    return outbox.cut(limit: limit)
                }
                await pause(wait)
            } else if isClosing {
                return nil
            } else {
                let seen = changed.count
                await changed.wait(past: seen)
            }
        }
        return nil
    }

    /// Removes a committed cut.
    public func drop(_ cut: Outbox.Cut) {
        outbox.drop(cut)
        changed.notify()
    }

    /// Returns an aborted cut, to be sent again.
    public func release() {
        outbox.release()
    }

    /// Closes the gate. `next` returns the remaining steps and then `nil`.
    public func close() {
        isClosing = true
        changed.notify()
    }

    /// Waits until the time has passed or the outbox has changed.
    private func pause(_ time: Duration) async {
        await changed.wait(past: changed.count, atMost: time)
    }
}
