/// How many members of a cluster were last published in a cluster; in an epoch delta, the change of that number.
public struct PublishedCount: Equatable, Sendable {
    /// 0 for members that were never published, or not since they were last in none.
    public var published: ClusterID
    public var count: Int64
    /// How many of them count towards `privacy.min-cluster-size`.
    public var counting: Int64

    public init(published: ClusterID, count: Int64, counting: Int64 = 0) {
        self.published = published
        self.count = count
        self.counting = counting
    }

    /// - Parameter isAged: Whether only members count that count towards `privacy.min-cluster-size`.
    func number(_ isAged: Bool) -> Int64 { isAged ? counting : count }

    var isZero: Bool { count == 0 && counting == 0 }
}

extension [PublishedCount] {
    /// Returns the number of members that were last published in the cluster.
    subscript(published cluster: ClusterID) -> PublishedCount {
        first { $0.published == cluster } ?? PublishedCount(published: cluster, count: 0)
    }

    /// Adds to the numbers of members that were last published in a cluster. Keeps the order, and no zero.
    /// - Returns: Whether the numbers are exact: false if one overflowed.
    @discardableResult
    mutating func add(_ entry: PublishedCount) -> Bool {
        let index = firstIndex { $0.published >= entry.published } ?? self.count
        guard index < self.count, self[index].published == entry.published else {
            if !entry.isZero { insert(entry, at: index) }
            return true
        }
        let count = self[index].count.addingReportingOverflow(entry.count)
        let counting = self[index].counting.addingReportingOverflow(entry.counting)
        (self[index].count, self[index].counting) = (count.partialValue, counting.partialValue)
        if self[index].isZero { remove(at: index) }
        return !count.overflow && !counting.overflow
    }
}
