/// A map from cluster ids to rows. Ids grow slowly, so nearly all are in an array and a look-up needs no hashing.
struct ClusterIndex {
    /// Row + 1 by id; 0 for none.
    private var near: [Int32] = []
    private var far: [ClusterID: Int32] = [:]
    private static let most: ClusterID = 1 << 16

    /// Returns the row of a cluster, or `nil` if it has none.
    @inline(__always)
    subscript(_ cluster: ClusterID) -> Int? {
        let row: Int32
        if cluster < Self.most {
            row = Int(cluster) < near.count ? near[Int(cluster)] : 0
        } else {
            row = far.isEmpty ? 0 : far[cluster] ?? 0
        }
        return row == 0 ? nil : Int(row) - 1
    }

    mutating func insert(_ cluster: ClusterID, row: Int) {
        guard cluster < Self.most else {
            far[cluster] = Int32(row + 1)
            return
        }
        if Int(cluster) >= near.count {
            near.append(contentsOf: repeatElement(0, count: Int(cluster) + 1 - near.count))
        }
        near[Int(cluster)] = Int32(row + 1)
    }

    mutating func removeAll() {
        for cluster in near.indices { near[cluster] = 0 }
        far.removeAll(keepingCapacity: true)
    }
}
