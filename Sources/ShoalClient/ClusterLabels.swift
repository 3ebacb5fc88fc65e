internal import ShoalClustering
public import ShoalKafka
public import ShoalSchemas
import Synchronization

/// The labels that operators gave clusters: an in-memory table of the compacted topic `labels.topic`, kept up to date. A label is shown
/// only together with the description of its cluster, which it must fit.
///
///     let labels = ClusterLabels(kafka: kafka, topic: "labels")
///     try await labels.catchUp()
///     print(clusters[7].flatMap(labels.label) ?? "7")
///
/// Records are read only while `catchUp` or `next` waits. Reading the table does not block.
public final class ClusterLabels: Sendable {
    private let table: LabelTable
    private let reading: TableReading<LabelTable>

    /// - Parameters:
    ///   - kafka: librdkafka's properties.
    ///   - topic: The application's `labels.topic`.
    ///   - isDenied: Whether a label has a word that the application's policy denies. Demographic words in English are denied in
    ///     any case.
    ///   - onDeniedLabel: Called once for each record with such a label, which is not shown.
    ///   - onInvalidRecord: Called for each record that is no label, which is then skipped.
    public init(
        kafka: ClientConfiguration, topic: String, isDenied: @escaping @Sendable (String) -> Bool = { _ in false },
        onDeniedLabel: (@Sendable (ClusterLabel) -> Void)? = nil,
        onInvalidRecord: @escaping @Sendable (InvalidRecord) -> Void = { _ in }
    ) {
        table = LabelTable(isDenied, onDeniedLabel)
        reading = TableReading(kafka: kafka, topic: topic, table: table, onInvalidRecord: onInvalidRecord)
    }

    /// Returns the label to be shown for a cluster that is described so; nil if it has none.
    public func label(_ description: ClusterDescription) -> String? {
        guard let entry = table.entries.withLock({ $0[description.cluster] }), !entry.isDenied,
            entry.label.applies(to: description)
        else { return nil }
        return entry.label.text
    }

    /// All records, also of labels that are not shown.
    public var records: [UInt32: ClusterLabel] { table.entries.withLock { $0.mapValues(\.label) } }

    /// Whether the table contains all records that existed when it was first read.
    public var isCaughtUp: Bool { reading.isCaughtUp }

    /// Reads until `isCaughtUp`.
    /// - Throws: As `ClusterDescriptions.catchUp`.
    public func catchUp() async throws {
        try await reading.catchUp()
    }

    /// Returns the number of the next cluster whose record has changed, or `nil` if none does in time.
    /// - Throws: As `ClusterDescriptions.next`.
    public func next(timeout: Duration) async throws -> UInt32? {
        try await reading.next(timeout: timeout)
    }
}

/// The table, shared by the view and the reading actor.
private final class LabelTable: CompactedTable {
    struct Known: Sendable {
        var label: ClusterLabel
        var isDenied: Bool
    }

    let entries = Mutex<[UInt32: Known]>([:])
    private let terms = LabelTerms()
    private let isDenied: @Sendable (String) -> Bool
    private let onDeniedLabel: (@Sendable (ClusterLabel) -> Void)?

    init(_ isDenied: @escaping @Sendable (String) -> Bool, _ onDeniedLabel: (@Sendable (ClusterLabel) -> Void)?) {
        (self.isDenied, self.onDeniedLabel) = (isDenied, onDeniedLabel)
    }

    static func entry(
        _ key: [UInt8]?, _ value: [UInt8]?
    ) throws(ProtoError) -> (cluster: UInt32, value: ClusterLabel?) {
        try ClusterLabel.entry(key, value)
    }

    func apply(_ entry: (cluster: UInt32, value: ClusterLabel?)) -> UInt32 {
        let known = entry.value.map { label in
            Known(label: label, isDenied: terms.term(in: label.text) != nil || isDenied(label.text))
        }
        entries.withLock { $0[entry.cluster] = known }
        if let known, known.isDenied { onDeniedLabel?(known.label) }
        return entry.cluster
    }
}
