/// The outbox between the shards that fill it and the loop that commits it: bounded, so that whoever produces faster
/// than Kafka commits has to wait.
public actor OutboxGate {
    private var outbox = Outbox()
    private var isClosing = false
    private let bound: Int
    private let changed = Signal()

    /// - Parameter bound: bytes from which on `append` waits.
    public init(bound: Int) {
        self.bound = bound
    }

    /// Adds a step, and waits while the outbox is full.
    /// - Throws: `CancellationError`; the step is in the outbox all the same.
    public func append(_ step: Outbox.Step) async throws {
        outbox.append(step)
        if step.isUrgent || outbox.count == 1 || outbox.bytes >= bound { changed.notify() }
        while outbox.bytes >= bound, !isClosing {
            let seen = changed.count
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
    }

    /// The next steps to commit: at once when one of them is urgent or the outbox is full, otherwise when `interval` has
    /// passed since `last`. Nil: closed and empty, or cancelled.
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

    /// The cut is committed.
    public func drop(_ cut: Outbox.Cut) {
        outbox.drop(cut)
        changed.notify()
    }

    /// The cut will be sent again.
    public func release() {
        outbox.release()
    }

    /// Nothing more will come: `next` commits what is left and then ends.
    public func close() {
        isClosing = true
        changed.notify()
    }

    /// Waits until the time has passed or the outbox has changed.
    private func pause(_ time: Duration) async {
        let seen = changed.count
        let signal = changed
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: time) }
            group.addTask { await signal.wait(past: seen) }
            await group.next()
            group.cancelAll()
        }
    }
}
