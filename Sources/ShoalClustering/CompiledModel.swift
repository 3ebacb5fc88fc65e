/// A model in the form that shards use: centroids as a matrix, topics by name, and thresholds. Compiled once per
/// version and process, and shared by all shards.
public final class CompiledModel: Sendable {
    /// The model reduced by `Model.forShards`: without topic sums, candidates and announcements.
    public let model: Model
    /// The last version under which the model was published; `nil` for genesis, or before the start.
    public let version: Epoch?
    let thresholds: Thresholds
    /// The settings needed for every event.
    let rules: Rules
    /// The ids of the active clusters in ascending order, one per column.
    let columns: [ClusterID]
    private let columnOf: ClusterIndex
    /// The number of columns, rounded up to whole vectors.
    let width: Int
    /// Topics by number. Topics beyond the array are in no centroid.
    let topics: [Topic]
    /// Centroid entries by row, Q15. The first row is zero and serves topics that are in no centroid.
    let matrix: [Int16]
    let names: TopicNames
    let sensitive: SensitiveTopics
    /// Whether each topic has left the vocabulary.
    let removed: [Bool]
    /// The categories that the policy neutralizes, ascending.
    let neutralized: [String]
    /// Whether each topic is a companion of one of them. Empty if none is.
    let companions: [Bool]
    /// The viewers on the opt-out list.
    let optedOut: Set<Pseudonym>

    public init(_ model: Model, version: Epoch?) {
        self.model = model.forShards
        self.version = version
        rules = Rules(model.settings)
        let active = model.clusters.filter(\.isActive)
        columns = active.map(\.id)
        var columnOf = ClusterIndex()
        for (column, cluster) in active.enumerated() { columnOf.insert(cluster.id, row: column) }
        self.columnOf = columnOf
        width = max((active.count + 15) / 16, 1) * 16
        var topics = [Topic](repeating: Topic(), count: model.vocabulary.entries.count)
        var matrix = [Int16](repeating: 0, count: width)
        for (column, cluster) in active.enumerated() {
            for component in cluster.centroid where Int(component.topic) < topics.count {
                let topic = Int(component.topic)
                if topics[topic].row == 0 {
                    topics[topic].row = Int32(matrix.count)
                    matrix.append(contentsOf: repeatElement(0, count: width))
                }
                matrix[Int(topics[topic].row) + column] = Int16(component.value)
                topics[topic].rise(to: component.value, in: column)
            }
        }
        self.topics = topics
        self.matrix = matrix
        thresholds = Thresholds(
            mean: model.meanSimilarity,
            nearest: model.rules.far == 0
                ? [] : Self.nearest(active.map(\.centroid), topics: topics, matrix: matrix, width: width),
            columns: active.count, model.rules)
        names = TopicNames(model.vocabulary)
        sensitive = SensitiveTopics(model.settings)
        removed = model.vocabulary.entries.map(\.isRemoved)
        neutralized = model.rules.neutralizes ? model.settings.policy.neutralized : []
        let companions = model.vocabulary.entries.map(\.isCompanion)
        self.companions = companions.contains(true) ? companions : []
        optedOut = Set(model.settings.optedOut.map { $0.reduce(0) { $0 << 8 | Pseudonym($1) } })
    }

    /// Returns the similarity of each centroid to the nearest other one, Q30.
    private static func nearest(
        _ centroids: [[Component]], topics: [Topic], matrix: [Int16], width: Int
    ) -> [Int64] {
        var scores = [Int32](repeating: 0, count: width)
        return centroids.indices.map { own in
            for column in 0..<width { scores[column] = 0 }
            for component in centroids[own] where Int(component.topic) < topics.count {
                let (start, value) = (Int(topics[Int(component.topic)].row), Int32(component.value))
                for column in 0..<width { scores[column] &+= value &* Int32(matrix[start + column]) }
            }
            scores[own] = 0
            return Int64(scores.max() ?? 0)
        }
    }

    /// Returns whether the topic has left the vocabulary. A member whose state comes from a later snapshot may have
    /// topics that this model does not know yet.
    func hasRemoved(_ topic: TopicNumber) -> Bool { Int(topic) < removed.count && removed[Int(topic)] }

    /// Plain numbers, so that copies need no reference counting.
    struct Rules: Sendable {
        let epochLength: Int64
        let halfLife: Int64
        let engagementMin: Int64
        let minEvents: UInt32
        let profileTopics: Int
        let topicsMinViewers: Int
        let membersMax: Int
        /// `output.every=event`.
        let publishesAtOnce: Bool
        /// Whether there are viewers on the opt-out list.
        let hasOptedOut: Bool

        init(_ settings: Settings) {
            epochLength = settings.fixed.epochLength
            halfLife = settings.halfLife
            engagementMin = settings.engagementMin
            minEvents = settings.minEvents
            profileTopics = settings.fixed.profileTopics
            topicsMinViewers = settings.topicsMinViewers
            membersMax = settings.membersMax
            publishesAtOnce = settings.fixed.outputEvery == .event
            hasOptedOut = !settings.optedOut.isEmpty
        }
    }

    /// The row of a topic in the matrix, and the bounds on its contribution to scores.
    struct Topic: Sendable {
        /// The start of the topic's row; 0 if it is in no centroid.
        var row: Int32 = 0
        /// The largest centroid entry, its column, and the largest entry of all other columns.
        var first: Int32 = 0
        var column: Int32 = -1
        var second: Int32 = 0

        fileprivate mutating func rise(to value: UInt16, in column: Int) {
            let value = Int32(value)
            if value > first {
                (first, self.column, second) = (value, Int32(column), first)
            } else if value > second {
                second = value
            }
        }

        /// Returns the largest entry outside a column. Branch-free, because the column of the peak is unpredictable.
        @inline(__always)
        func outside(_ own: Int) -> Int64 {
            let isOwn: Int64 = Int(column) == own ? 1 : 0
            return Int64(first) - isOwn * Int64(first - second)
        }
    }

    /// Returns the column of an active cluster, or `nil` for any other cluster.
    @inline(__always)
    func column(of id: ClusterID) -> Int? { columnOf[id] }

    /// Returns the score of one column, Q30.
    @inline(__always)
    func score(_ members: borrowing MemberTable, _ range: Range<Int>, of column: Int) -> Int64 {
        let held = members.topics.span.extracting(range)
        var sum: Int64 = 0
        for place in held.indices where Int(held[place].number) < topics.count {
            let row = Int(topics[Int(held[place].number)].row)
            sum += Int64(held[place].direction) * Int64(matrix[row + column])
        }
        return sum
    }

    /// Computes the scores of all columns, Q30: Σ x_t · C_t,k.
    func score(_ members: MemberTable, _ range: Range<Int>, into scores: inout [Int32]) {
        for column in 0..<width { scores[column] = 0 }
        for place in range {
            let topic = Int(members.topics[place].number)
            let value = Int32(members.topics[place].direction)
            guard value != 0, topic < topics.count, topics[topic].row > 0 else { continue }
            let start = Int(topics[topic].row)
            for column in 0..<width { scores[column] &+= value &* Int32(matrix[start + column]) }
        }
    }
}
