public import ShoalClustering

/// A committed position: the next offset to read, and a metadata string with the data that Shoal needs to resume there.
///
/// The offset is after control records and aborted records, so that the lag in Kafka's own tools reaches 0. The state
/// of a partition depends only on the handled records. If control records follow the last handled record, the metadata
/// ends with `;next=N`; N is the offset after the last handled record.
public struct CommittedPosition: Hashable, Sendable {
    public var offset: Int64
    public var metadata: String

    public init(offset: Int64, metadata: String) {
        self.offset = offset
        self.metadata = metadata
    }

    /// Creates the position of an input partition.
    /// - Parameters:
    ///   - handled: The offset after the last handled record, and the phase.
    ///   - reading: The next offset to read.
    public init(handled: Position, reading: Int64) {
        let text = PhaseMetadata.text(handled.phase)
        self.init(offset: max(handled.offset, reading), next: handled.offset, text)
    }

    /// Creates the position of the delta topic.
    /// - Parameters:
    ///   - version: The last published model; nil: the genesis model.
    ///   - needed: The first offset that is needed to resume.
    ///   - reading: The next offset to read.
    public init(model version: Epoch?, needed: Int64, reading: Int64) {
        self.init(offset: max(needed, reading), next: needed, ModelMetadata.text(version))
    }

    private init(offset: Int64, next: Int64, _ text: String) {
        self.init(offset: offset, metadata: next < offset ? "\(text);next=\(next)" : text)
    }

    /// The point of an input partition that a replay must reach; nil if Shoal did not write the metadata.
    public var handled: Position? {
        guard let (text, next) = parts, let phase = PhaseMetadata.phase(text) else { return nil }
        return Position(offset: next, phase: phase)
    }

    /// The first offset of the delta topic that is needed to resume; nil if Shoal did not write the metadata.
    public var needed: Int64? {
        guard let (text, next) = parts, ModelMetadata.version(text) != nil else { return nil }
        return next
    }

    /// Whether Shoal wrote the metadata, for this part.
    public func isOurs(_ part: AssignedPartition) -> Bool {
        switch part {
        case .input: handled != nil
        case .deltas: needed != nil
        }
    }

    /// The metadata without its last field, and the offset in that field; nil if that offset is not valid.
    private var parts: (text: String, next: Int64)? {
        guard let range = metadata.ranges(of: ";next=").last else { return (metadata, offset) }
        let digits = metadata[range.upperBound...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let next = Int64(digits), next < offset
        else { return nil }
        return (String(metadata[..<range.lowerBound]), next)
    }
}
