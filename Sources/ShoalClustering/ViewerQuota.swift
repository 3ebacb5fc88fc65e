/// The number of sightings of candidates by each viewer in the open epoch. It keeps a few viewers from filling the vocabulary.
///
/// Sightings count whether or not they set a mark, because marks depend on the other viewers of the partition. So with given
/// epochs, the result does not depend on the number of partitions.
struct ViewerQuota {
    /// The number of sightings in an epoch after which a viewer sets no marks.
    static let most: UInt8 = 32
    /// The maximum number of viewers. Further viewers set no marks in this epoch.
    static let mostViewers = 1 << 20

    private var counts: [UInt64: UInt8] = [:]

    init() {}

    init(_ sightings: [SightingCount]) {
        for entry in sightings { counts[entry.viewer] = entry.count }
    }

    /// Counts a sighting.
    /// - Returns: Whether it may set a mark.
    mutating func count(_ member: Pseudonym) -> Bool {
        let viewer = UInt64(truncatingIfNeeded: member >> 64)
        let count = counts[viewer] ?? 0
        guard count < Self.most, count > 0 || counts.count < Self.mostViewers else { return false }
        counts[viewer] = count + 1
        return true
    }

    /// The counts, ascending by viewer.
    var sightings: [SightingCount] {
        counts.map { SightingCount(viewer: $0.key, count: $0.value) }.sorted { $0.viewer < $1.viewer }
    }
}
