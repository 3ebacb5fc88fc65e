/// A model as the shards use it: centroids as a matrix, topics by name, thresholds. Made once a version and process, and
/// shared by all shards.
public final class CompiledModel: Sendable {
    public let model: Model
    /// The last version that the model was published as; nil: genesis, or before the start.
    public let version: Epoch?
    /// Thresholds in Q30, all relative to J. How much better another cluster has to be.
    let hysteresis: Int64
    /// What a member who goes back where he came from needs besides.
    let returning: Int64
    let joins: Int64
    let leaves: Int64
    /// The settings that every event needs.
    let rules: Rules
    /// Ids of the active clusters, ascending: the columns.
    let columns: [ClusterID]
    private let columnOf: ClusterIndex
    /// Columns rounded up to whole vectors.
    let width: Int
    /// A topic's row in the matrix; -1: in no centroid.
    let rows: [Int32]
    /// Row by row, Q15.
    let matrix: [Int16]
    /// The largest centroid entry of each topic, the column that has it, and the largest of all other columns.
    let peaks: [Peak]
    let names: TopicNames
    let sensitive: [TopicPattern]
    /// Topics that left the vocabulary.
    let removed: [Bool]

    public init(_ model: Model, version: Epoch?) {
        self.model = model
        self.version = version
        rules = Rules(model.settings)
        let mean = model.meanSimilarity
        joins = mean / 2
        leaves = 2 * mean / 5
        hysteresis = mean / 25
        returning = mean / 8
        let active = model.clusters.filter(\.isActive)
        columns = active.map(\.id)
        var columnOf = ClusterIndex()
        for (column, cluster) in active.enumerated() { columnOf.insert(cluster.id, row: column) }
        self.columnOf = columnOf
        width = (active.count + 15) / 16 * 16
        var rows = [Int32](repeating: -1, count: model.vocabulary.entries.count)
        var matrix: [Int16] = []
        for (column, cluster) in active.enumerated() {
            for component in cluster.centroid where Int(component.topic) < rows.count {
                if rows[Int(component.topic)] < 0 {
                    rows[Int(component.topic)] = Int32(matrix.count / width)
                    matrix.append(contentsOf: repeatElement(0, count: width))
                }
                matrix[Int(rows[Int(component.topic)]) * width + column] = Int16(component.value)
            }
        }
        self.rows = rows
        self.matrix = matrix
        let (width, count) = (width, active.count)
        peaks = rows.map { row in
            guard row >= 0 else { return Peak() }
            let start = Int(row) * width
            return Peak(matrix[start..<start + count])
        }
        names = TopicNames(model.vocabulary)
        sensitive = model.settings.sensitiveTopics.map { TopicPattern($0) }
        removed = model.vocabulary.entries.map(\.isRemoved)
    }

    /// Plain numbers: a copy counts no references.
    struct Rules: Sendable {
        let epochLength: Int64
        let halfLife: Int64
        let engagementMin: Int64
        let minEvents: UInt32
        let profileTopics: Int
        let topicsMinViewers: Int

        init(_ settings: Settings) {
            epochLength = settings.fixed.epochLength
            halfLife = settings.halfLife
            engagementMin = settings.engagementMin
            minEvents = settings.minEvents
            profileTopics = settings.fixed.profileTopics
            topicsMinViewers = settings.topicsMinViewers
        }
    }

    struct Peak: Sendable {
        var first: Int32 = 0
        var second: Int32 = 0
        var column: Int32 = -1

        init() {}

        init(_ row: ArraySlice<Int16>) {
            for (column, value) in row.enumerated() {
                let value = Int32(value)
                if value > first {
                    (first, second, self.column) = (value, first, Int32(column))
                } else if value > second {
                    second = value
                }
            }
        }

        /// The largest entry outside a column.
        /// No branch: whose peak it is, nobody could foresee.
        @inline(__always)
        func outside(_ own: Int) -> Int64 {
            let isOwn: Int64 = Int(column) == own ? 1 : 0
            return Int64(first) - isOwn * Int64(first - second)
        }
    }

    /// The column of an active cluster; nil for any other.
    @inline(__always)
    func column(of id: ClusterID) -> Int? { columnOf[id] }

    /// The score of one column, Q30.
    @inline(__always)
    func score(_ members: borrowing MemberTable, _ range: Range<Int>, of column: Int) -> Int64 {
        let topics = members.topics.span.extracting(range)
        let directions = members.directions.span.extracting(range)
        var sum: Int64 = 0
        for place in topics.indices {
            let topic = Int(topics[place])
            guard topic < rows.count, rows[topic] >= 0 else { continue }
            sum += Int64(directions[place]) * Int64(matrix[Int(rows[topic]) * width + column])
        }
        return sum
    }

    /// The scores of two columns, Q30; 0 for nil.
    @inline(__always)
    func score(
        _ members: borrowing MemberTable, _ range: Range<Int>, of one: Int?, and other: Int?
    ) -> (first: Int64, second: Int64) {
        guard let one = one ?? other else { return (0, 0) }
        let other = other ?? one
        let topics = members.topics.span.extracting(range)
        let directions = members.directions.span.extracting(range)
        var (first, second): (Int64, Int64) = (0, 0)
        for place in topics.indices {
            let topic = Int(topics[place])
            guard topic < rows.count, rows[topic] >= 0 else { continue }
            let row = Int(rows[topic]) * width
            first += Int64(directions[place]) * Int64(matrix[row + one])
            second += Int64(directions[place]) * Int64(matrix[row + other])
        }
        return (first, second)
    }

    /// Adds the scores of all columns, Q30: Σ x_t · C_t,k.
    func score(_ members: MemberTable, _ range: Range<Int>, into scores: inout [Int32]) {
        for column in 0..<width { scores[column] = 0 }
        for place in range {
            let topic = Int(members.topics[place])
            let value = Int32(members.directions[place])
            guard value != 0, topic < rows.count, rows[topic] >= 0 else { continue }
            let start = Int(rows[topic]) * width
            for column in 0..<width { scores[column] &+= value &* Int32(matrix[start + column]) }
        }
    }
}

/// Topic numbers by name: open addressing over the vocabulary, byte for byte.
struct TopicNames: Sendable {
    /// All names, one behind the other, and where each ends.
    private var names: [UInt8] = []
    private var ends: [Int] = [0]
    private var table: [UInt32]

    init(_ vocabulary: Vocabulary) {
        let entries = vocabulary.entries
        for entry in entries {
            names += entry.name ?? []
            ends.append(names.count)
        }
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        table = Array(repeating: 0, count: size)
        for (number, entry) in entries.enumerated() {
            guard let name = entry.name, !entry.isRemoved else { continue }
            let text = name.span
            var place = Self.hash(text) & (size - 1)
            while table[place] != 0 { place = (place + 1) & (size - 1) }
            table[place] = UInt32(number + 1)
        }
    }

    /// The number of the topic whose name is `text[range]`; nil: not in the vocabulary.
    func number(_ text: [UInt8], _ range: Range<Int>) -> TopicNumber? {
        let text = text.span.extracting(range)
        var place = Self.hash(text) & (table.count - 1)
        while table[place] != 0 {
            let number = Int(table[place]) - 1
            let name = names.span.extracting(ends[number]..<ends[number + 1])
            if Self.equal(name, text) { return TopicNumber(number) }
            place = (place + 1) & (table.count - 1)
        }
        return nil
    }

    private static func equal(_ name: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        guard name.count == text.count else { return false }
        var offset = 0
        while offset + 8 <= text.count {
            guard word(name, offset) == word(text, offset) else { return false }
            offset += 8
        }
        while offset < text.count {
            guard name[offset] == text[offset] else { return false }
            offset += 1
        }
        return true
    }

    /// Eight bytes at a time, multiplied and folded: only the vocabulary, which nobody outside chooses, is in the table.
    private static func hash(_ text: Span<UInt8>) -> Int {
        var hash = UInt64(text.count)
        func absorb(_ word: UInt64) {
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        var offset = 0
        while offset + 8 <= text.count {
            absorb(word(text, offset))
            offset += 8
        }
        var last: UInt64 = 0
        while offset < text.count {
            last = last << 8 | UInt64(text[offset])
            offset += 1
        }
        absorb(last)
        return Int(truncatingIfNeeded: hash)
    }

    @inline(__always)
    private static func word(_ text: Span<UInt8>, _ offset: Int) -> UInt64 {
        // Safe: the callers look whether eight bytes are left, and any eight bytes are a UInt64.
        unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
