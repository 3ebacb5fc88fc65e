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
    /// Ids of the active clusters, ascending: the columns.
    let columns: [ClusterID]
    /// Columns rounded up to whole vectors.
    let width: Int
    /// A topic's row in the matrix; -1: in no centroid.
    let rows: [Int32]
    /// Row by row, Q15.
    let matrix: [Int16]
    /// The largest centroid entry of each row, the column that has it, and the largest of all other columns.
    let peaks: [Peak]
    let names: TopicNames
    let sensitive: [TopicPattern]
    /// Topics that left the vocabulary.
    let removed: [Bool]

    public init(_ model: Model, version: Epoch?) {
        self.model = model
        self.version = version
        let mean = model.meanSimilarity
        joins = mean / 2
        leaves = 2 * mean / 5
        hysteresis = mean / 25
        returning = mean / 8
        let active = model.clusters.filter(\.isActive)
        columns = active.map(\.id)
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
        peaks = (0..<(width > 0 ? matrix.count / width : 0)).map { row in
            Peak(matrix[row * width..<row * width + count])
        }
        names = TopicNames(model.vocabulary)
        sensitive = model.settings.sensitiveTopics.map { TopicPattern($0) }
        removed = model.vocabulary.entries.map(\.isRemoved)
    }

    struct Peak: Sendable {
        var first: Int32 = 0
        var second: Int32 = 0
        var column: Int32 = -1

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
        @inline(__always)
        func outside(_ own: Int) -> Int64 { Int64(Int(column) == own ? second : first) }
    }

    /// The column of an active cluster; nil for any other.
    func column(of id: ClusterID) -> Int? {
        var low = 0
        var high = columns.count
        while low < high {
            let middle = (low + high) / 2
            if columns[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < columns.count && columns[low] == id ? low : nil
    }

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
            var place = Self.hash(name.span) & (size - 1)
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
        for index in name.indices where name[index] != text[index] { return false }
        return true
    }

    /// FNV-1a, folded: only the vocabulary, which nobody outside chooses, is in the table.
    private static func hash(_ text: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
