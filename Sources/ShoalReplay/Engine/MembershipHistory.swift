internal import ShoalClustering
internal import ShoalPipeline

/// The members' published clusters at the openings of the first epochs that are 1, 2, 4, 8 … after the start. The most
/// recent ones are kept, so that one is near the middle of the run, whatever its length.
struct MembershipHistory {
    /// By k: the memberships 2^k epochs after the start.
    private(set) var taken: [Int: [Pseudonym: ClusterID]] = [:]
    private var next = 0
    private static let kept = 3

    /// Records memberships after an epoch was opened, if one is due.
    mutating func record(_ shard: borrowing Shard<KeyedTopics>, since start: Epoch) {
        guard let open = shard.openEpoch, next < 62, open - start >= 1 << next else { return }
        var places: [Pseudonym: ClusterID] = [:]
        places.reserveCapacity(shard.memberCount)
        shard.forEachPlace { member, _, published in places[member] = published }
        // Memberships did not change while the partition was silent.
        while next < 62, open - start >= 1 << next {
            taken[next] = places
            next += 1
        }
        for number in taken.keys where number < next - Self.kept { taken[number] = nil }
    }

    /// Returns the index nearest before the middle of this many epochs, or `nil` if there are too few.
    static func middle(of epochs: Int64) -> Int? {
        guard epochs >= 4 else { return nil }
        return Int64.bitWidth - 1 - (epochs / 2).leadingZeroBitCount
    }
}
