/// The changes of the clusters' sums since the last epoch delta: a dense row of topics per touched cluster.
struct OpenDelta {
    private var rowOf = ClusterIndex()
    private var ids: [ClusterID] = []
    private var counts: [Int64] = []
    private var sums: [[Int64]] = []
    private var published: [[PublishedCount]] = []

    init() {}

    /// Restores the changes from deltas of distinct clusters.
    init(_ deltas: [ClusterDelta]) {
        for delta in deltas {
            let row = row(of: delta.cluster)
            counts[row] = delta.count
            published[row] = delta.published
            if let last = delta.sums.last { grow(row, to: Int(last.topic)) }
            for entry in delta.sums { sums[row][Int(entry.topic)] = entry.value }
        }
    }

    /// Adds a member's direction to a cluster's sum (`sign` 1) or subtracts it (−1).
    @inline(__always)
    mutating func add(_ members: borrowing MemberTable, _ slot: Int, to cluster: ClusterID, sign: Int64) {
        let row = row(of: cluster)
        counts[row] += sign
        let range = members.range(slot)
        let topics = members.topics.span.extracting(range)
        grow(row, toHold: members)
        unsafe sums[row].withUnsafeMutableBufferPointer { row in
            // Safe: the row has room for every topic of the members.
            for place in topics.indices {
                unsafe row[Int(topics[place].number)] += sign * Int64(topics[place].direction)
            }
        }
    }

    /// Subtracts the previous direction of a member of the cluster.
    mutating func remove(_ before: borrowing DirectionBefore, from cluster: ClusterID) {
        let row = row(of: cluster)
        counts[row] -= 1
        for place in before.topics.indices {
            add(-Int64(before.topics[place].direction), to: before.topics[place].number, row)
        }
    }

    /// Replaces the previous direction of a member that stays in its cluster.
    @inline(__always)
    mutating func replace(
        _ before: borrowing DirectionBefore, _ members: borrowing MemberTable, _ slot: Int, in cluster: ClusterID
    ) {
        let row = row(of: cluster)
        let range = members.range(slot)
        let topics = members.topics.span.extracting(range)
        let kept = before.topics
        let common = min(topics.count, kept.count)
        grow(row, toHold: members)
        unsafe sums[row].withUnsafeMutableBufferPointer { row in
            // Safe: the row has room for every topic that any member has or had.
            for place in 0..<common {
                let (now, then) = (topics[place], kept[place])
                if now.number == then.number {
                    unsafe row[Int(now.number)] += Int64(now.direction) - Int64(then.direction)
                } else {
                    unsafe row[Int(now.number)] += Int64(now.direction)
                    unsafe row[Int(then.number)] -= Int64(then.direction)
                }
            }
            for place in common..<topics.count {
                unsafe row[Int(topics[place].number)] += Int64(topics[place].direction)
            }
            for place in common..<kept.count { unsafe row[Int(kept[place].number)] -= Int64(kept[place].direction) }
        }
    }

    /// Counts a member of a cluster (`sign` 1), or no longer (−1), by the cluster in which it is published.
    /// - Parameter counts: Whether it counts towards `privacy.min-cluster-size`.
    mutating func count(published: ClusterID, of cluster: ClusterID, counts: Bool, sign: Int64) {
        let entry = PublishedCount(published: published, count: sign, counting: counts ? sign : 0)
        self.published[row(of: cluster)].add(entry)
    }

    /// Counts a member of a cluster towards `privacy.min-cluster-size` from now on (`sign` 1), or no longer (−1).
    mutating func recount(published: ClusterID, of cluster: ClusterID, _ sign: Int64) {
        self.published[row(of: cluster)].add(PublishedCount(published: published, count: 0, counting: sign))
    }

    /// Adds a value to one topic of a cluster's sum.
    mutating func add(_ value: Int64, to topic: TopicNumber, of cluster: ClusterID) {
        add(value, to: topic, row(of: cluster))
    }

    private mutating func add(_ value: Int64, to topic: TopicNumber, _ row: Int) {
        if Int(topic) >= sums[row].count { grow(row, to: Int(topic)) }
        sums[row][Int(topic)] += value
    }

    /// Returns the changes in ascending order of clusters, without zeros, and clears them.
    mutating func take() -> [ClusterDelta] {
        var deltas: [ClusterDelta] = []
        for (row, id) in ids.enumerated() {
            let entries = [SumEntry](row: sums[row])
            if counts[row] != 0 || !entries.isEmpty || !published[row].isEmpty {
                deltas.append(
                    ClusterDelta(cluster: id, count: counts[row], sums: entries, published: published[row]))
            }
        }
        rowOf.removeAll()
        ids.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        sums.removeAll()
        published.removeAll()
        return deltas.sorted { $0.cluster < $1.cluster }
    }

    private mutating func row(of cluster: ClusterID) -> Int {
        if let row = rowOf[cluster] { return row }
        rowOf.insert(cluster, row: ids.count)
        ids.append(cluster)
        counts.append(0)
        sums.append([])
        published.append([])
        return ids.count - 1
    }

    @inline(__always)
    private mutating func grow(_ row: Int, toHold members: borrowing MemberTable) {
        if sums[row].count < members.topicBound { grow(row, to: members.topicBound - 1) }
    }

    private mutating func grow(_ row: Int, to topic: Int) {
        sums[row].append(contentsOf: repeatElement(0, count: topic + 1 - sums[row].count))
    }
}
