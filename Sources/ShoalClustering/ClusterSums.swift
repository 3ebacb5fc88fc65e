/// A cluster's sums: exactly those of all its members.
public struct ClusterSums: Equatable, Sendable {
    public var count: Int64 = 0
    /// Topics ascending, no zero.
    public var sums: [SumEntry] = []

    public init(count: Int64 = 0, sums: [SumEntry] = []) {
        self.count = count
        self.sums = sums
    }
}
