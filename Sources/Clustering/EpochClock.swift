/// Which epoch a partition has reached: the epoch that at least half of its last 64 viewers, and at least the quorum, have
/// reached. No broken clock of a single viewer moves it ("Which epoch it is" in the design).
public struct EpochClock: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        /// Tells viewers apart.
        public var viewer: UInt64
        public var epoch: Epoch

        public init(viewer: UInt64, epoch: Epoch) {
            self.viewer = viewer
            self.epoch = epoch
        }
    }

    /// How many different viewers are remembered.
    static let window = 64

    /// In two arrays, a ring from `oldest` on.
    private var viewers: [UInt64] = []
    private var epochs: [Epoch] = []
    private var oldest = 0
    /// How many of the viewers fall into each of so many places: most events are of none of them, which one look tells.
    private var places = [UInt8](repeating: 0, count: 1_024)
    /// How many entries are beyond `open`, as it was when the clock was looked at last.
    private var beyond = 0
    private var open: Epoch?
    /// At least 2: with 1 a record whose viewer is far ahead would move on again each time it is looked at.
    private let quorum: Int
    private let maxStep: Int64

    public init(quorum: Int, maxStep: Int64, entries: [Entry] = []) {
        self.quorum = quorum
        self.maxStep = maxStep
        viewers.reserveCapacity(Self.window)
        epochs.reserveCapacity(Self.window)
        for entry in entries { add(entry.viewer, entry.epoch) }
    }

    /// First in, first out: the oldest first.
    public var entries: [Entry] {
        viewers.indices.map { index in
            let place = (oldest + index) % viewers.count
            return Entry(viewer: viewers[place], epoch: epochs[place])
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

    /// A viewer who is not there yet; the oldest makes room.
    private mutating func add(_ viewer: UInt64, _ epoch: Epoch) {
        places[place(viewer)] += 1
        guard viewers.count == Self.window else {
            viewers.append(viewer)
            epochs.append(0)
            return set(viewers.count - 1, epoch, before: .min)
        }
        places[place(viewers[oldest])] -= 1
        viewers[oldest] = viewer
        set(oldest, epoch, before: epochs[oldest])
        oldest = (oldest + 1) % Self.window
    }

    private mutating func set(_ index: Int, _ epoch: Epoch, before: Epoch) {
        if let open { beyond += (epoch > open ? 1 : 0) - (before > open ? 1 : 0) }
        epochs[index] = epoch
    }

    /// Looks at an event of the epoch, and tells the epoch to move to; nil: stay. Looking again without having moved changes
    /// nothing.
    /// - Parameter open: the epoch that is open; nil: genesis.
    public mutating func look(viewer: UInt64, epoch: Epoch, open: Epoch?) -> Epoch? {
        let counted = open.map { min(epoch, $0 + maxStep) } ?? epoch
        if open != self.open {
            self.open = open
            beyond = open.map { open in epochs.count { $0 > open } } ?? 0
        }
        if let index = index(of: viewer) {
            if epochs[index] == counted, open.map({ counted <= $0 }) ?? false { return nil }
            set(index, counted, before: epochs[index])
        } else {
            add(viewer, counted)
        }
        guard viewers.count >= quorum else { return nil }
        guard open != nil else {
            let sorted = epochs.sorted()
            let first = sorted[(sorted.count - 1) / 2]
            // From now on nobody counts for more than `maxStep` beyond the open epoch, also who came before it. So a record
            // moves the clock once at most: nobody is so far beyond the new epoch that looking again moved on.
            for index in epochs.indices { epochs[index] = min(epochs[index], first + maxStep) }
            return first
        }
        // Most events are of the open epoch: sort only when enough viewers are beyond it.
        let needed = max(quorum, (viewers.count + 1) / 2)
        guard beyond >= needed else { return nil }
        let sorted = epochs.sorted()
        return sorted[sorted.count - needed]
    }
}
