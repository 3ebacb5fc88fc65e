internal import ShoalKafka
internal import ShoalSchemas

/// Reads the opt-out list (`privacy.opt-out-topic`). Its content goes into models, so that a replay has it, too.
final class OptOutList {
    private let topic: String
    private let kafka: ClientConfiguration
    private let admin: Admin
    private let key: PrivacyKey
    private var offsets: [Int32: Int64] = [:]
    private var members: Set<[UInt8]> = []

    init(_ topic: String, _ kafka: ClientConfiguration, _ key: PrivacyKey) throws(KafkaError) {
        self.topic = topic
        self.kafka = kafka
        self.key = key
        admin = try Admin(kafka)
    }

    /// Reads what is new, the first time from the beginning.
    /// - Parameter isKnown: Whether an earlier model has viewers on the list, so that the topic cannot be empty.
    /// - Returns: The stored pseudonyms of the viewers on the list, ascending; nil if nothing is new.
    /// - Throws: `PipelineError` if the topic is missing, ends before what was read, or stays unreadable; `KafkaError`.
    nonisolated(nonsending) func read(isKnown: Bool) async throws -> [[UInt8]]? {
        guard let ranges = try await admin.ranges(of: topic, after: offsets) else {
            throw PipelineError(
                .missingData, "\(topic) (privacy.opt-out-topic) does not exist any more: \(Self.advice)")
        }
        if let short = ranges.first(where: { $0.through < $0.from }) {
            throw PipelineError(
                .missingData,
                "\(short.partition) ends at offset \(short.through), before \(short.from), which was read: \(Self.advice)"
            )
        }
        let isFirst = offsets.isEmpty
        if isFirst, isKnown, ranges.allSatisfy({ $0.through == 0 }) {
            throw PipelineError(.missingData, "\(topic) (privacy.opt-out-topic) is empty, and was not: \(Self.advice)")
        }
        guard isFirst || ranges.contains(where: { $0.from < $0.through }) else { return nil }
        try await RangeReader(kafka, isShort: false).readWhole(ranges) { batch, index in
            guard let viewer = batch.keyBytes(index) else { return }
            let member = Hex.bytes(of: key.storedPseudonym(of: viewer))
            if batch.value(index) == nil { members.remove(member) } else { members.insert(member) }
        }
        for range in ranges { offsets[range.partition.partition] = range.through }
        return members.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static let advice =
        "nobody is opted in by accident. Restore the list, or unset privacy.opt-out-topic to keep that of the last model"
}
