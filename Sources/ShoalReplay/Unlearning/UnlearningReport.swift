internal import Foundation
internal import ShoalSchemas

/// Whether the models of a live run are those of a run in which some viewers had never been.
public struct UnlearningReport: Codable, Equatable, Sendable {
    public var application = ""
    /// The number of viewers that were left out.
    public var viewers = 0
    /// The number of models compared, and the version of the last one.
    public var models: Int64 = 0
    public var lastModel: Int64?
    /// Whether all models are the same.
    public var isIdentical = false
    /// The version from which on all models are the same; `nil` if the last one differs.
    public var sameFrom: Int64?
    /// The start of that epoch, in ms since 1970.
    public var sameFromTime: Int64?
    /// The number of last models that differ; 0 if the last one is the same.
    public var differing: Int64 = 0
    /// How much the last model differs; `nil` if it does not.
    public var difference: ModelDifference?

    public init() {}

    /// Whether the last model is the same.
    public var isForgotten: Bool { differing == 0 }

    /// Returns the report as JSON with sorted keys. Equal reports give equal bytes.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The report as text.
    public var text: String {
        let who = viewers == 1 ? "the viewer" : "the \(viewers) viewers"
        let all = Formatting.count(models, "model")
        if isIdentical { return "no difference: the \(all) of \(application) are the same without \(who)" }
        if let sameFrom, let sameFromTime {
            return "the models of \(application) are the same without \(who) from that of epoch \(sameFrom) on "
                + "(\(Formatting.time(sameFromTime)))"
        }
        let count = differing == models ? "all \(all)" : "the last \(differing) of \(all)"
        var text = "\(count) of \(application) differ without \(who)"
        guard let difference, let lastModel else { return text }
        text += ". In the last one, that of epoch \(lastModel), "
        text += "\(difference.differing) of \(Formatting.count(difference.clusters, "published cluster")) differ"
        if difference.differing > 0 {
            let similarity = Formatting.decimal(difference.leastSimilarity, unit: 1_000_000, digits: 4)
            text += "; the least similarity of a cluster in both is \(similarity)"
        }
        return text
    }
}
