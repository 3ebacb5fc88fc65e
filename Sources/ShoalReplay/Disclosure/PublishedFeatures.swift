internal import ShoalClustering

/// What a subscriber sees of pseudonyms in the period of one pseudonym, as features from which traits are inferred.
struct PublishedFeatures: Sendable {
    /// What is published of one pseudonym. The first of its features is its last cluster.
    struct Viewer: Sendable {
        var member: Pseudonym
        var traits: UInt64
        var features: Range<Int>
    }

    /// A published change.
    struct Step {
        var cluster: ClusterID
        /// When it was published, in ms.
        var time: Int64
    }

    private(set) var viewers: [Viewer] = []
    private(set) var features: [UInt64] = []

    /// The kinds of features, each with a cluster or a number.
    private enum Kind: UInt64 {
        /// The last cluster.
        case last
        /// A cluster of the sequence.
        case cluster
        /// How long it was in a cluster.
        case duration
        /// How many changes there were.
        case changes
        /// When the first of them was published.
        case first
    }

    /// - Parameters:
    ///   - steps: In their order; at least one.
    ///   - end: When the last one ends.
    mutating func add(_ member: Pseudonym, _ traits: UInt64, _ steps: [Step], from start: Int64, until end: Int64) {
        guard let first = steps.first, let last = steps.last else { return }
        let begin = features.count
        add(.last, UInt64(last.cluster))
        var times: [ClusterID: Int64] = [:]
        for (index, step) in steps.enumerated() {
            let next = index + 1 < steps.count ? steps[index + 1].time : end
            times[step.cluster, default: 0] += max(next - step.time, 0)
        }
        for (cluster, time) in times.sorted(by: { $0.key < $1.key }) {
            add(.cluster, UInt64(cluster))
            add(.duration, UInt64(cluster), Self.magnitude(time / (12 * 3_600_000)))
        }
        add(.changes, UInt64(min(steps.count, 12)))
        add(.first, UInt64(max(first.time - start, 0) / DisclosureMeasures.day))
        viewers.append(Viewer(member: member, traits: traits, features: begin..<features.count))
    }

    /// Appends those of another partition.
    mutating func add(_ other: PublishedFeatures) {
        let offset = features.count
        features += other.features
        viewers += other.viewers.lazy.map {
            Viewer(
                member: $0.member, traits: $0.traits,
                features: $0.features.lowerBound + offset..<$0.features.upperBound + offset)
        }
    }

    private mutating func add(_ kind: Kind, _ number: UInt64, _ magnitude: UInt64 = 0) {
        features.append(kind.rawValue << 56 | magnitude << 48 | number)
    }

    /// The number of binary digits.
    private static func magnitude(_ number: Int64) -> UInt64 { UInt64(64 - number.leadingZeroBitCount) }
}
