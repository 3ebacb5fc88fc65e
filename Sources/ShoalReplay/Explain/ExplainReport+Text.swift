internal import Foundation
internal import ShoalSchemas

extension ExplainReport {
    /// Returns the report as JSON with sorted keys. Equal reports give equal bytes.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The report as text.
    public var text: String {
        let since = isFromCheckpoint ? " since the checkpoint" : ""
        let counts = "\(Formatting.count(events, "event"))\(since), \(Formatting.count(steps.count, "step")) shown"
        var lines = ["member \(member): \(counts)"]
        for step in steps { lines += ["", step.heading] + step.lines }
        return lines.joined(separator: "\n")
    }
}

extension ExplainReport.Step {
    fileprivate var heading: String {
        let place = "partition \(inputPartition) offset \(inputOffset)"
        let time = eventTime.map { ", " + Formatting.time($0) }
        return "\(kind) at \(place)\(time ?? ""), model \(modelVersion.map { "\($0)" } ?? "genesis")"
    }

    fileprivate var lines: [String] {
        var lines: [String] = []
        if kind == "event" {
            let watch = duration.map { "\(watched ?? 0) of \($0) ms" } ?? "\(watched ?? 0) ms"
            lines.append("  watched \(watch): \(Self.list(topics))")
        }
        let (inside, now) = (before?.cluster ?? 0, after?.cluster ?? 0)
        if isPublished {
            lines.append("  published: from \(before?.lastPublished ?? 0) to \(after?.lastPublished ?? 0)")
        } else if isChange {
            lines.append(
                "  from \(before?.publishedCluster ?? 0) to \(after?.publishedCluster ?? 0), published later, when an "
                    + "epoch is opened")
        } else {
            lines.append(
                inside == now ? "  stays in \(now)" : "  from \(inside) to \(now), not published")
        }
        for (name, state) in [("before", before), ("after", after)] {
            guard let state else {
                lines.append("  \(name): unknown")
                continue
            }
            let topics = Self.list(Array(state.topics.prefix(6)))
            lines.append("  \(name): \(Formatting.count(state.events, "event")); profile \(topics)")
            let scores = state.scores.map { score in
                "\(score.cluster)\(score.isWithheld ? " (suppressed)" : "") \(Self.cosine(score.similarity))"
            }
            if !scores.isEmpty { lines.append("    best: \(scores.joined(separator: ", "))") }
        }
        if let after {
            lines.append(
                "  rule: joins from \(Self.cosine(after.joins)), moves for \(Self.cosine(after.moves)) more, back for "
                    + "\(Self.cosine(after.moves + after.returns)), leaves below \(Self.cosine(after.leaves))")
        }
        return lines
    }

    private static func list(_ topics: [ExplainReport.Topic]) -> String {
        topics.isEmpty
            ? "no admitted topic"
            : topics.map { "\($0.name) \(($0.share + 5_000) / 10_000) %" }.joined(separator: ", ")
    }

    private static func cosine(_ millionths: Int64) -> String {
        Formatting.decimal(millionths, unit: 1_000_000, digits: 3)
    }
}
