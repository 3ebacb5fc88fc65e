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

    /// First in, first out: the oldest first.
    public private(set) var entries: [Entry] = []
    /// At least 2: with 1 a record whose viewer is far ahead would move on again each time it is looked at.
    private let quorum: Int
    private let maxStep: Int64

    public init(quorum: Int, maxStep: Int64, entries: [Entry] = []) {
        self.quorum = quorum
        self.maxStep = maxStep
        self.entries = entries
        self.entries.reserveCapacity(Self.window)
    }

    /// Looks at an event of the epoch, and tells the epoch to move to; nil: stay. Looking again without having moved changes
    /// nothing.
    /// - Parameter open: the epoch that is open; nil: genesis.
    public mutating func look(viewer: UInt64, epoch: Epoch, open: Epoch?) -> Epoch? {
        let counted = open.map { min(epoch, $0 + maxStep) } ?? epoch
        if let index = entries.firstIndex(where: { $0.viewer == viewer }) {
            if entries[index].epoch == counted, open.map({ counted <= $0 }) ?? false { return nil }
            entries[index].epoch = counted
        } else {
            if entries.count == Self.window { entries.removeFirst() }
            entries.append(Entry(viewer: viewer, epoch: counted))
        }
        guard entries.count >= quorum else { return nil }
        guard let open else {
            let sorted = entries.map(\.epoch).sorted()
            let first = sorted[(sorted.count - 1) / 2]
            // From now on nobody counts for more than `maxStep` beyond the open epoch, also who came before it. So a record
            // moves the clock once at most: nobody is so far beyond the new epoch that looking again moved on.
            for index in entries.indices { entries[index].epoch = min(entries[index].epoch, first + maxStep) }
            return first
        }
        // Most events are of the open epoch: sort only when enough viewers are beyond it.
        let needed = max(quorum, (entries.count + 1) / 2)
        var beyond = 0
        for entry in entries where entry.epoch > open { beyond += 1 }
        guard beyond >= needed else { return nil }
        let sorted = entries.map(\.epoch).sorted()
        return sorted[sorted.count - needed]
    }
}
