/// The number of sightings of candidates by a viewer.
public struct SightingCount: Equatable, Sendable {
    /// The upper 64 bits of the pseudonym.
    public var viewer: UInt64
    /// 1 … `ViewerQuota.most`.
    public var count: UInt8

    public init(viewer: UInt64, count: UInt8) {
        self.viewer = viewer
        self.count = count
    }
}
