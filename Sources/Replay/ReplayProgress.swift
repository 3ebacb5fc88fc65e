internal import Synchronization

/// How far a replay is, for a progress line; safe to ask from any thread.
public final class ReplayProgress: Sendable {
    private let handled = Atomic<Int64>(0)
    private let share = Atomic<Int>(-1)
    private let isOver = Atomic<Bool>(false)

    public init() {}

    /// Watch events handled.
    public var events: Int64 { handled.load(ordering: .relaxed) }

    /// How much of the input was read, 0 … 1; nil: nobody knows.
    public var fraction: Double? {
        let share = share.load(ordering: .relaxed)
        return share < 0 ? nil : Double(share) / 10_000
    }

    /// Stops the replay where it is: what was done until then is reported.
    public func stop() { isOver.store(true, ordering: .relaxed) }
    public var isStopped: Bool { isOver.load(ordering: .relaxed) }

    func add(_ events: Int64) {
        handled.add(events, ordering: .relaxed)
    }

    func set(_ fraction: Double) {
        share.store(Int(fraction * 10_000), ordering: .relaxed)
    }
}
