/// A cluster's sums: exactly those of all its members.
public struct ClusterSums: Equatable, Sendable {
    public var count: Int64 = 0
    /// Topics ascending, no zero.
    public var sums: [SumEntry] = []
    /// Where its members are published: ascending, no zero.
    public var published: [PublishedCount] = []

    public init(count: Int64 = 0, sums: [SumEntry] = [], published: [PublishedCount] = []) {
        self.count = count
        self.sums = sums
        self.published = published
    }
}
