package import ShoalKafka
internal import ShoalSchemas

/// Searches the topics of an application for the traces of viewers. Reads committed records only, and joins no group.
package struct ErasureSearch: Sendable {
    /// The traces of one viewer in a topic.
    package struct Traces: Equatable, Sendable {
        /// Records that hold data of the viewer.
        package var records = 0
        /// The time at which the last of them was written, in ms since 1970.
        package var newestMs: Int64?
        /// The time of a record without a value behind them; nil if there is none.
        package var deletedMs: Int64?

        fileprivate mutating func add(_ time: Int64, isTombstone: Bool) {
            if isTombstone {
                deletedMs = time
            } else {
                records += 1
                newestMs = max(newestMs ?? time, time)
                deletedMs = nil
            }
        }
    }

    /// A kind of record key or content by which a viewer is found.
    package enum Mark: Sendable {
        /// The id: as the record's key, or in the content as a JSON string or a Protobuf field.
        case id
        /// The published pseudonym as the record's key, 32 hexadecimal digits.
        case published
        /// The stored pseudonym as the record's key, 16 bytes.
        case stored
    }

    /// The state of a search that can be continued behind the records that it has read.
    package struct Progress: Sendable {
        /// By viewer, in their order.
        package var traces: [Traces]
        fileprivate var offsets: [Int32: Int64] = [:]
    }

    private let kafka: ClientConfiguration
    private let admin: Admin
    private let viewers: [[UInt8]]
    private let key: PrivacyKey
    /// The periods of the pseudonyms in the output; nil if they are not rotated.
    private var periods: [Int64?]

    /// - Parameter period: The present period of the pseudonyms in the output; nil if they are not rotated.
    /// - Throws: `KafkaError`.
    package init(
        _ kafka: ClientConfiguration, viewers: [[UInt8]], key: PrivacyKey, period: Int64?
    ) throws(KafkaError) {
        self.kafka = kafka
        self.viewers = viewers
        self.key = key
        periods = [period]
        admin = try Admin(kafka)
    }

    /// Learns the periods of the pseudonyms that are in the output topic.
    /// - Throws: `PipelineError` if a transaction stays open; `KafkaError`.
    package mutating func learnPeriods(of output: String) async throws {
        guard let now = periods.first ?? nil, let ranges = try await admin.ranges(of: output, after: [:]) else {
            return
        }
        var (first, last) = (now, now)
        try await RangeReader(kafka, isShort: false).readWhole(ranges) { batch, index in
            guard let value = batch.valueBytes(index), let period = try? ClusterChange(value).pseudonymPeriod else {
                return
            }
            (first, last) = (min(first, period), max(last, period))
        }
        periods = Array(first...last)
    }

    /// The keys of each viewer's records.
    private func keys(for mark: Mark) -> [[[UInt8]]] {
        switch mark {
        case .id: return viewers.map { [$0] }
        case .stored: return viewers.map { [Hex.bytes(of: key.storedPseudonym(of: $0))] }
        case .published:
            let byPeriod = periods.map { key.publishedPseudonyms(of: viewers, in: $0) }
            return viewers.indices.map { viewer in byPeriod.map { Array(Hex.text($0[viewer]).utf8) } }
        }
    }

    /// A search that has read nothing.
    package var start: Progress { Progress(traces: viewers.map { _ in Traces() }) }

    /// Reads a topic from its beginning, or from where an earlier search has ended, to its present end.
    /// - Returns: False if the topic does not exist.
    /// - Throws: `PipelineError` if a transaction stays open; `KafkaError`.
    package func search(_ topic: String, for mark: Mark, _ progress: inout Progress) async throws -> Bool {
        guard let ranges = try await admin.ranges(of: topic, after: progress.offsets) else { return false }
        for range in ranges { progress.offsets[range.partition.partition] = range.through }
        let finder = Finder(mark, keys(for: mark))
        try await RangeReader(kafka, isShort: false).readWhole(ranges) { batch, index in
            for viewer in finder.viewers(batch, index) {
                progress.traces[viewer].add(batch.timestamp(index), isTombstone: batch.value(index) == nil)
            }
        }
        return true
    }
}

/// Finds the viewers that a record concerns.
private struct Finder {
    private let byKey: [[UInt8]: Int]
    /// The forms in which content holds an id: a JSON string, and a Protobuf field with its length.
    private let forms: [[[UInt8]]]

    /// - Parameter keys: The keys of each viewer's records.
    init(_ mark: ErasureSearch.Mark, _ keys: [[[UInt8]]]) {
        let places = keys.enumerated().flatMap { viewer, keys in keys.map { ($0, viewer) } }
        byKey = Dictionary(places) { first, _ in first }
        let quote = [UInt8(ascii: "\"")]
        forms =
            mark != .id
            ? []
            : keys.flatMap { $0 }.map { id in
                var field: [UInt8] = []
                field.append(varint: UInt64(id.count))
                return [quote + id + quote, field + id]
            }
    }

    func viewers(_ batch: borrowing MessageBatch, _ index: Int) -> Set<Int> {
        var found: Set<Int> = []
        if let key = batch.keyBytes(index), let viewer = byKey[key] { found.insert(viewer) }
        guard !forms.isEmpty, let value = batch.valueBytes(index) else { return found }
        for (viewer, forms) in forms.enumerated() where !found.contains(viewer) {
            if forms.contains(where: { value.contains($0) }) { found.insert(viewer) }
        }
        return found
    }
}
