/// A map from cluster ids to rows. Ids grow slowly from two numbers on, so nearly all are in arrays and a look-up needs no
/// hashing.
struct ClusterIndex {
    /// Row + 1 by id; 0 for none.
    private var near: [Int32] = []
    /// The same of clusters that were never published, by id − `Limits.firstUnpublishedID`.
    private var unpublished: [Int32] = []
    private var far: [ClusterID: Int32] = [:]
    private static let most = 1 << 16
    private static let first = Limits.firstUnpublishedID

    /// Returns the row of a cluster, or `nil` if it has none.
    @inline(__always)
    subscript(_ cluster: ClusterID) -> Int? {
        let row: Int32
        if Int(cluster) < near.count {
            row = near[Int(cluster)]
        } else if cluster >= Self.first, Int(cluster - Self.first) < unpublished.count {
            row = unpublished[Int(cluster - Self.first)]
        } else {
            row = far.isEmpty ? 0 : far[cluster] ?? 0
        }
        return row == 0 ? nil : Int(row) - 1
    }

    mutating func insert(_ cluster: ClusterID, row: Int) {
        if Int(cluster) < Self.most {
            Self.put(row, at: Int(cluster), in: &near)
        } else if cluster >= Self.first, Int(cluster - Self.first) < Self.most {
            Self.put(row, at: Int(cluster - Self.first), in: &unpublished)
        } else {
            far[cluster] = Int32(row + 1)
        }
    }

    private static func put(_ row: Int, at place: Int, in rows: inout [Int32]) {
        if place >= rows.count { rows.append(contentsOf: repeatElement(0, count: place + 1 - rows.count)) }
        rows[place] = Int32(row + 1)
    }

    mutating func removeAll() {
        for place in near.indices { near[place] = 0 }
        for place in unpublished.indices { unpublished[place] = 0 }
        far.removeAll(keepingCapacity: true)
    }
}
