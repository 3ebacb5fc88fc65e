internal import Schemas

/// The first thing about a partition, or a model, that is not as the replay has it.
public struct Difference: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable {
        /// A change that had to be published is not there.
        case missing
        /// Another change stands in its place, or it says something else.
        case other
        /// A change is there that had not to be published, or stands there twice.
        case unexpected
        /// A model's content, or what it includes, is not what the input gives.
        case model
        /// The input does not lead to the committed position.
        case position
    }

    public var kind: Kind
    /// Of a change of a member: where the event stands that caused it, or had to.
    public var inputPartition: Int32?
    public var inputOffset: Int64?
    /// Where the record stands that was found.
    public var outputPartition: Int32?
    public var outputOffset: Int64?
    /// Of a model, or of a change of a cluster.
    public var modelVersion: Int64?
    /// As JSON; nil: there is none.
    public var expected: String?
    public var found: String?
    /// In words.
    public var text: String

    init(_ kind: Kind, modelVersion: Int64?, _ text: String) {
        self.kind = kind
        self.modelVersion = modelVersion
        self.text = text
    }

    init(
        _ kind: Kind, expected: PublishedChanges.Expected?, found: RecordQueue.Record?, _ input: Int32,
        _ output: Int32
    ) {
        self.kind = kind
        let change = (expected?.value ?? found?.value).flatMap { try? ClusterChange($0) }
        inputPartition = input >= 0 ? input : nil
        inputOffset = expected.map(\.inputOffset).flatMap { $0 >= 0 ? $0 : nil } ?? change?.inputOffset
        outputPartition = output
        outputOffset = found?.offset
        modelVersion = change?.modelVersion
        self.expected = expected.map { Self.text($0.value) }
        self.found = found.map { Self.text($0.value) }
        let model = "the model of epoch \(modelVersion ?? 0)"
        let place = inputOffset.map { "input partition \(input) offset \($0)" } ?? model
        text =
            switch kind {
            case .missing: "\(place) causes a change that was not published"
            case .unexpected:
                "a change was published (output partition \(output) offset \(found?.offset ?? 0)) that \(place) does not "
                    + "cause, or that stands there twice"
            default:
                "\(place) causes a change, and another one was published in its place (output partition \(output) "
                    + "offset \(found?.offset ?? 0))"
            }
    }

    private static func text(_ value: [UInt8]) -> String {
        guard let change = try? ClusterChange(value) else { return "\(value.count) bytes that are no change" }
        var line: [UInt8] = []
        change.encodeJSON(into: &line)
        return String(decoding: line, as: UTF8.self)
    }
}
