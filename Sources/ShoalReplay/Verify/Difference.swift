internal import ShoalSchemas

/// The first difference of a partition or model between the published and the recomputed data.
public struct Difference: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable {
        /// An expected change is missing.
        case missing
        /// A different change is in its place, or its content differs.
        case other
        /// An unexpected or duplicate change.
        case unexpected
        /// A model's content, or its included deltas, do not follow from the input.
        case model
        /// The input does not lead to the committed position.
        case position
    }

    public var kind: Kind
    /// For a member's change, the position of the event that caused it.
    public var inputPartition: Int32?
    public var inputOffset: Int64?
    /// The position of the published record.
    public var outputPartition: Int32?
    public var outputOffset: Int64?
    /// The version, for a model or a lifecycle change.
    public var modelVersion: Int64?
    /// The expected content as JSON, without the member's pseudonym; `nil` for none.
    public var expected: String?
    public var found: String?
    /// A description.
    public var text: String

    init(_ kind: Kind, modelVersion: Int64?, _ text: String) {
        self.kind = kind
        self.modelVersion = modelVersion
        self.text = text
    }

    init(
        _ kind: Kind, expected: PublishedChanges.Expected?, found: RecordQueue.Record?, inputOffset: Int64?,
        _ input: Int32, _ output: Int32
    ) {
        self.kind = kind
        let change = (expected?.value ?? found?.value).flatMap { try? ClusterChange($0) }
        inputPartition = input >= 0 ? input : nil
        let offset = expected.map(\.inputOffset).flatMap { $0 >= 0 ? $0 : nil } ?? inputOffset
        self.inputOffset = offset
        outputPartition = output
        outputOffset = found?.offset
        modelVersion = change?.modelVersion
        self.expected = expected.map { Self.text($0.value) }
        self.found = found.map { Self.text($0.value) }
        let model = "the model of epoch \(modelVersion ?? 0)"
        let place = offset.map { "input partition \(input) offset \($0)" } ?? model
        text =
            switch kind {
            case .missing: "\(place) causes a change that was not published"
            case .unexpected:
                "a change was published (output partition \(output) offset \(found?.offset ?? 0)) that \(place) does "
                    + "not cause, or that was published twice"
            default:
                "\(place) causes a change, but another one was published instead (output partition \(output) "
                    + "offset \(found?.offset ?? 0))"
            }
    }

    private static func text(_ value: [UInt8]) -> String {
        guard var change = try? ClusterChange(value) else {
            return "\(value.count) bytes that are not a cluster change"
        }
        change.member = nil
        var line: [UInt8] = []
        change.encodeJSON(into: &line)
        return String(decoding: line, as: UTF8.self)
    }
}
