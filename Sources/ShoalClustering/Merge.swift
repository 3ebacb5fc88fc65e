/// A cluster that was merged into another.
public struct Merge: Equatable, Sendable {
    public var cluster: ClusterID
    public var survivor: ClusterID
    /// The tick of the deciding model.
    public var tick: Int64
    /// Its version.
    public var version: Epoch

    public init(cluster: ClusterID, survivor: ClusterID, tick: Int64, version: Epoch) {
        self.cluster = cluster
        self.survivor = survivor
        self.tick = tick
        self.version = version
    }
}
