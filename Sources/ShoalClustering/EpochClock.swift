/// The event-time clock of a partition. Its epoch is the latest that at least half of the last 64 viewers, and at least
/// the quorum, have reached; in a sparse log three quarters of fewer viewers. A wrong clock of a single viewer does not
/// move it. See "Clock" in docs/determinism.md.
public struct EpochClock: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        /// A hash that identifies the viewer.
        public var viewer: UInt64
        /// The epoch that it counts for.
        public var epoch: Epoch
        /// The epoch of its last event, and of that event's record if it is earlier.
        public var reached: Epoch

        /// - Parameter reached: nil: `epoch`.
        public init(viewer: UInt64, epoch: Epoch, reached: Epoch? = nil) {
            self.viewer = viewer
            self.epoch = epoch
            self.reached = reached ?? epoch
        }
    }

    /// The number of viewers remembered.
    static let window = 64

    /// Viewers, the epochs that they count for, and those that they have reached: a ring that starts at `oldest`.
    private var viewers: [UInt64] = []
    private var epochs: [Epoch] = []
    private var reached: [Epoch] = []
    private var oldest = 0
    /// The number of viewers by hash bucket. Most events are of viewers that are not remembered, which one bucket
    /// shows.
    private var places = [UInt8](repeating: 0, count: 1_024)
    /// The number of entries beyond `open`, as of the last observation.
    private var beyond = 0
    private var open: Epoch?
    /// At least 2. With 1, a record whose viewer is far ahead would advance the clock again at each observation.
    private let quorum: Int
    private let maxStep: Int64

    public init(quorum: Int, maxStep: Int64, entries: [Entry] = []) {
        self.quorum = quorum
        self.maxStep = maxStep
        viewers.reserveCapacity(Self.window)
        epochs.reserveCapacity(Self.window)
        reached.reserveCapacity(Self.window)
        for entry in entries { add(entry.viewer, entry.epoch, entry.reached) }
    }

    /// The entries, the oldest first.
    public var entries: [Entry] {
        viewers.indices.map { index in
            let place = (oldest + index) % viewers.count
            return Entry(viewer: viewers[place], epoch: epochs[place], reached: reached[place])
        }
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.entries == right.entries && left.quorum == right.quorum && left.maxStep == right.maxStep
    }

    @inline(__always)
    private func place(_ viewer: UInt64) -> Int { Int(truncatingIfNeeded: viewer) & (places.count - 1) }

    private func index(of viewer: UInt64) -> Int? {
        places[place(viewer)] == 0 ? nil : viewers.firstIndex(of: viewer)
    }

    /// Adds a viewer that is not remembered yet, and drops the oldest if the ring is full.
    private mutating func add(_ viewer: UInt64, _ epoch: Epoch, _ reached: Epoch) {
        places[place(viewer)] += 1
        guard viewers.count == Self.window else {
            viewers.append(viewer)
            epochs.append(0)
            self.reached.append(0)
            return set(viewers.count - 1, epoch, reached, before: .min)
        }
        places[place(viewers[oldest])] -= 1
        viewers[oldest] = viewer
        set(oldest, epoch, reached, before: epochs[oldest])
        oldest = (oldest + 1) % Self.window
    }

    private mutating func set(_ index: Int, _ epoch: Epoch, _ reached: Epoch, before: Epoch) {
        if let open { beyond += (epoch > open ? 1 : 0) - (before > open ? 1 : 0) }
        epochs[index] = epoch
        self.reached[index] = reached
    }

    /// Observes an event and returns the epoch to advance to, or `nil` to stay. Repeating an observation that did not
    /// advance the clock has no effect.
    /// - Parameters:
    ///   - open: The open epoch; `nil` in genesis.
    ///   - latest: The epoch of the record, which an event cannot be after.
    public mutating func observe(viewer: UInt64, epoch: Epoch, open: Epoch?, latest: Epoch) -> Epoch? {
        let counted = open.map { min(epoch, $0 + maxStep) } ?? epoch
        let last = min(epoch, latest)
        if open != self.open {
            self.open = open
            beyond = open.map { open in epochs.count { $0 > open } } ?? 0
        }
        if let index = index(of: viewer) {
            let index = renew(index)
            if epochs[index] == counted, reached[index] == last, open.map({ counted <= $0 }) ?? false { return nil }
            set(index, counted, last, before: epochs[index])
        } else {
            add(viewer, counted, last)
        }
        guard viewers.count >= quorum else { return nil }
        guard let open else {
            let sorted = epochs.sorted()
            let first = sorted[(sorted.count - 1) / 2]
            // From now on all entries, also earlier ones, count for at most `maxStep` beyond the open epoch. So a
            // record advances the clock at most once: no entry is far enough beyond the new epoch to advance it again.
            for index in epochs.indices { epochs[index] = min(epochs[index], first + maxStep) }
            return first
        }
        // Most events belong to the open epoch, so entries are sorted only if enough of them are beyond it.
        let needed = max(quorum, (viewers.count + 1) / 2)
        guard beyond >= min(needed, recentNeeded) else { return nil }
        var to = open
        if let end = endOfGap(after: open + maxStep, needed) {
            to = end
            if let index = index(of: viewer) { epochs[index] = min(epoch, end + maxStep) }
        }
        while let next = next(after: to, needed) { to = next }
        return to > open ? to : nil
    }

    /// Makes the viewer at an index the last one that is dropped.
    /// - Returns: Its new index.
    private mutating func renew(_ index: Int) -> Int {
        let count = viewers.count
        let newest = (oldest + count - 1) % count
        guard index != newest else { return index }
        let moved = (viewers[index], epochs[index], reached[index])
        var index = index
        while index != newest {
            let next = index + 1 == count ? 0 : index + 1
            viewers[index] = viewers[next]
            epochs[index] = epochs[next]
            reached[index] = reached[next]
            index = next
        }
        (viewers[newest], epochs[newest], reached[newest]) = moved
        return newest
    }

    // MARK: - Sparse logs

    /// The number of viewers that decide in a sparse log, and how many of them must have reached an epoch.
    private var recentCount: Int { max(2 * quorum, 16) }
    private var recentNeeded: Int { (3 * recentCount + 3) / 4 }

    /// The viewers that were seen last, if more than half of those before them have not been seen since the epoch
    /// before `open`: the log is sparse, and these say nothing of the time. Otherwise nil.
    private func recent(_ open: Epoch) -> ArraySlice<Int>? {
        let before = viewers.count - recentCount
        guard before > 0 else { return nil }
        let places = viewers.indices.map { (oldest + $0) % viewers.count }
        guard places.prefix(before).count(where: { epochs[$0] < open - 1 }) * 2 > before else { return nil }
        return places.suffix(recentCount)
    }

    /// Returns the epoch after `open` that enough viewers have reached, or nil.
    private func next(after open: Epoch, _ needed: Int) -> Epoch? {
        var to = epochs.sorted()[viewers.count - needed]
        if let recent = recent(open) { to = max(to, reached(by: recent, epochs)) }
        return to > open ? to : nil
    }

    private func reached(by recent: ArraySlice<Int>, _ epochs: [Epoch]) -> Epoch {
        recent.map { epochs[$0] }.sorted()[recent.count - recentNeeded]
    }

    /// Returns the epoch that enough viewers have reached, if three quarters of them are further than one step: nobody has
    /// watched for long, and the clock need not go there step by step.
    /// - Parameter limit: the last epoch of a step.
    private mutating func endOfGap(after limit: Epoch, _ needed: Int) -> Epoch? {
        guard reached.count(where: { $0 > limit }) * 4 >= reached.count * 3 else { return nil }
        guard beyond >= needed || (open.flatMap(recent).map { reached(by: $0, reached) > limit } ?? false) else {
            return nil
        }
        let end = reached.sorted()[reached.count - needed]
        guard end > limit else { return nil }
        // As at the end of genesis: fewer than needed are beyond the new epoch.
        for index in epochs.indices { epochs[index] = min(reached[index], end + maxStep) }
        return end
    }
}
