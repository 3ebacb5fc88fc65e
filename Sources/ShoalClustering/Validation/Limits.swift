/// The valid ranges of values in internal records.
///
/// The ranges far exceed the needs of an application, and are so small that no sum or product in the engine overflows.
/// Decoding rejects records with values outside these ranges.
public enum Limits {
    /// The most topics in a vocabulary. `topics.max` is at most 1,000,000; the matrix of a model with 2,000 clusters
    /// has fewer than 2³¹ entries.
    public static let topics = 1 << 20
    /// The most topics in a profile: the maximum of `profile.topics`.
    public static let profileTopics = 64
    /// The most active clusters: the maximum of `clusters.max`.
    public static let activeClusters = 2_000
    /// The most clusters that a model or a delta names, retired ones included.
    public static let clusters = 1 << 17
    /// Above the numbers of all clusters.
    public static let clusterID: ClusterID = 1 << 31
    /// The smallest number of a cluster that was never published; above those of all others.
    public static let firstUnpublishedID: ClusterID = 1 << 30
    /// The most members of all clusters together.
    public static let members: Int64 = 1 << 36
    /// The largest component of a direction or a centroid.
    public static let component: UInt16 = 32_767
    /// The largest sum of the squared components of a direction or a centroid. Rounding keeps actual sums well below.
    public static let squares: UInt64 = 1 << 31
    /// Times are within 2⁵³ ms of 1970, and no epoch is shorter than 1 ms.
    public static let epochs: ClosedRange<Epoch> = -(1 << 53) - 2...(1 << 53) + 2
    /// Landmarks run ahead of times by some half-lives.
    public static let landmarks: ClosedRange<Int64> = -(1 << 56)...(1 << 56)
    /// Ticks of models. Operations take effect some ticks later.
    public static let ticks: ClosedRange<Int64> = 0...1 << 40
    /// Offsets and event counts.
    public static let counts: ClosedRange<Int64> = 0...1 << 60
    /// The largest sum of shares of a category's viewers.
    public static let shares: Int64 = 1 << 61
    /// The longest name of a topic, in bytes.
    public static let name = 1_024
    /// The most marks of a candidate: the maximum of `topics.min-viewers`.
    public static let marks = 64
    /// The most samples of a cluster in a delta.
    public static let samples = SamplingPlan.mostBeforeClusters
    /// The most event ids that a partition remembers: the maximum of `dedup.window`.
    public static let eventIDs = 16_777_216
    /// The most partitions of a topic.
    public static let partitions = 1 << 20
}

extension Collection {
    /// Returns whether the key of each element is greater than that of the previous one.
    func ascend<Key: Comparable>(by key: (Element) -> Key) -> Bool {
        var last: Key?
        for element in self {
            let key = key(element)
            if let last, key <= last { return false }
            last = key
        }
        return true
    }
}

extension [Component] {
    /// Validates a direction or a centroid.
    /// - Parameters:
    ///   - topics: The number of topics.
    ///   - most: The maximum number of components.
    func validate(_ name: @autoclosure () -> String, topics: Int, most: Int) throws(ImpossibleValue) {
        try ImpossibleValue.unless(count <= most, "\(name()) has \(count) components, and may have \(most)")
        var (squares, last): (UInt64, Int) = (0, -1)
        for component in self {
            try ImpossibleValue.unless(
                Int(component.topic) > last && Int(component.topic) < topics,
                "\(name()): topic \(component.topic) follows \(last) in a vocabulary of \(topics)")
            try ImpossibleValue.unless(
                component.value > 0 && component.value <= Limits.component,
                "\(name()) has the component \(component.value), which is outside 1…\(Limits.component)")
            last = Int(component.topic)
            squares += UInt64(component.value) * UInt64(component.value)
        }
        try ImpossibleValue.unless(squares <= Limits.squares, "\(name()) is longer than a unit vector")
    }
}

extension [CandidateSighting] {
    func validate() throws(ImpossibleValue) {
        try ImpossibleValue.unless(
            count <= OpenCandidates.most, "\(count) candidates, and there may be \(OpenCandidates.most)")
        try ImpossibleValue.unless(ascend(by: \.candidate), "candidates do not ascend")
        for sighting in self { try sighting.marks.validateMarks() }
    }
}

extension [UInt32] {
    /// Validates the marks of a candidate.
    func validateMarks() throws(ImpossibleValue) {
        try ImpossibleValue.unless(
            count <= Limits.marks, "a candidate has \(count) marks, and may have \(Limits.marks)")
        try ImpossibleValue.unless(ascend(by: \.self), "the marks of a candidate do not ascend")
    }
}
