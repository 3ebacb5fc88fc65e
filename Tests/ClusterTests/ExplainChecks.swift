import Foundation
import ShoalReplay
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

extension Application {
    /// Returns the position of a published change in the input; `nil` if the coordinator decided it.
    func position(of change: ClusterChange) -> ChangeIDs.Position? {
        PrivacyKey(hex: Self.keyDigits).flatMap { ChangeIDs($0).position(of: change.id) }
    }

    func position(of record: TestRecord) -> ChangeIDs.Position? {
        (try? ClusterChange(record.value ?? [])).flatMap(position)
    }

    /// Checks that `explain` works for a selection of changes: the reported inputs of a decision lead to the published
    /// change, and each look-up is audited.
    func checkExplanations() async throws {
        let changes = try await records(of: output).map { try ClusterChange($0.value ?? []) }
        let byEvent = changes.filter { $0.kind == .memberMoved && $0.why == .event }
        let bySweep = changes.filter { $0.kind == .memberJoined && $0.why == .seed }
        let folder = try TemporaryFolder()
        let audit = try folder.file("audit.log", "")
        for change in try [#require(byEvent.last), #require(bySweep.first)] {
            let member = Hex.text(try #require(change.member))
            let result = try explain(["--change", Hex.text(change.id)], audit: audit)
            #expect(result.status == 0, "\(result.output)")
            let report = try JSONDecoder().decode(ExplainReport.self, from: Data(result.json.utf8))
            let step = try #require(report.steps.last)
            #expect(report.member == member)
            #expect(step.before?.lastPublished ?? 0 == change.from && step.after?.lastPublished == change.to)
            #expect(step.modelVersion == change.modelVersion && step.inputOffset == position(of: change)?.offset)
            if change.why == .event {
                // Before the opening that published it, the watch that moved the member.
                let move = try #require(report.steps.first)
                let (before, after) = (try #require(move.before), try #require(move.after))
                let old = after.scores.first { $0.cluster == before.cluster }?.similarity ?? 0
                #expect(move.kind == "event" && (after.own ?? 0) >= old + after.moves - 1)
            }
        }
        let lines = try String(contentsOfFile: audit, encoding: .utf8).split(separator: "\n")
        let known = try #require(byEvent.last?.member)
        #expect(lines.count == 2 && lines[0].contains(Hex.text(known)) && lines[0].contains("a test looks"))
        let whole = try explain(["--member", Hex.text(known), "--all", "--limit", "1000"], audit: audit)
        let report = try JSONDecoder().decode(ExplainReport.self, from: Data(whole.json.utf8))
        #expect(Int64(report.steps.count { $0.kind == "event" }) == report.events && report.events > 3)
        for (words, key, file, reason, status) in [
            (["--change", String(repeating: "0", count: 32)], Self.keyDigits, audit, "why", 66),
            (["--viewer", "nobody at all"], Self.keyDigits, audit, "why", 66),
            (["--viewer", "viewer-1"], "", audit, "why", 78),
            (["--viewer", "viewer-1"], Self.keyDigits, "", "why", 78),
            (["--viewer", "viewer-1"], Self.keyDigits, audit, " ", 64),
            (["--viewer", "viewer-1"], TestKey.other, audit, "why", 78),
        ] {
            let refused = try explain(words, key: key, audit: file, reason: reason)
            #expect(refused.status == Int32(status), "\(words): \(refused.output)")
        }
    }

    func explain(
        _ words: [String], key: String = Self.keyDigits, audit: String, reason: String = "a test looks"
    ) throws -> CommandResult {
        var all = settings
        if !audit.isEmpty { all["audit.file"] = audit }
        let sets = all.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
        return try shoal(
            ["explain"] + words + ["--reason", reason, "--json"] + sets,
            environment: key.isEmpty ? [:] : ["SHOAL_PRIVACY_KEY": key])
    }
}

extension CommandResult {
    /// The JSON object in output that also contains other lines.
    fileprivate var json: String {
        guard let first = output.firstIndex(of: "{"), let last = output.lastIndex(of: "}") else { return "" }
        return String(output[first...last])
    }
}
