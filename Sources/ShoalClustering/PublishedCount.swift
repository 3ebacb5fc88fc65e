/// How many members of a cluster were last published in a cluster; in an epoch delta, the change of that number.
public struct PublishedCount: Equatable, Sendable {
    /// 0 for members that were never published, or not since they were last in none.
    public var published: ClusterID
    public var count: Int64

    public init(published: ClusterID, count: Int64) {
        self.published = published
        self.count = count
    }
}

extension [PublishedCount] {
    /// Returns the number of members that were last published in the cluster.
    subscript(published cluster: ClusterID) -> Int64 { first { $0.published == cluster }?.count ?? 0 }

    /// Adds to the number of members that were last published in `published`. Keeps the order, and no zero.
    /// - Returns: Whether the number is exact: false if it overflowed.
    @discardableResult
    mutating func add(_ count: Int64, published: ClusterID) -> Bool {
        let index = firstIndex { $0.published >= published } ?? self.count
        guard index < self.count, self[index].published == published else {
            if count != 0 { insert(PublishedCount(published: published, count: count), at: index) }
            return true
        }
        let (sum, overflow) = self[index].count.addingReportingOverflow(count)
        if sum == 0 { remove(at: index) } else { self[index].count = sum }
        return !overflow
    }
}
