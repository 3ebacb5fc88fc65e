import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("shoal dead-letters")
struct DeadLettersTests {
    private static let secret = #"{"user_id":"somebody else","topics":["go"],"event_time_ms":1700000000000}"#

    private func list(_ application: ObservedApplication, _ more: String...) throws -> CommandResult {
        try shoal(["dead-letters", "list"] + more + application.settings())
    }

    private func resubmit(_ application: ObservedApplication, _ more: String...) throws -> CommandResult {
        try shoal(["dead-letters", "resubmit"] + more + application.settings())
    }

    /// Waits until `count` dead letters are listed.
    private func wait(_ application: ObservedApplication, for count: Int) async throws {
        let end = ContinuousClock.now + patience
        while try list(application).lines.count < count {
            guard ContinuousClock.now < end else {
                throw ProcessMisbehaved(description: try list(application).output)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    @Test("dead letters are listed without their content, resubmitted once, and reported when they return")
    func wholeStory() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 2)
        let input = "\(application.name)-in"
        let instance = try application.run(ObservedApplication.short)
        let producer = try Producer(application.broker.configuration())
        for (partition, key, value) in [(1, "viewer-x", Self.secret), (0, "viewer-y", "{\"user_id\":")] {
            let (key, value) = (Array(key.utf8), Array(value.utf8))
            try producer.produce(
                to: input, partition: Int32(partition), key: key.span, value: value.span,
                headers: [("trace", Array("t-1".utf8))])
        }
        try producer.flush(timeout: .seconds(10))
        try await wait(application, for: 2)
        let listed = try list(application)
        #expect(listed.status == 0 && listed.lines.count == 2, "\(listed.output)")
        #expect(listed.output.contains("key: expected the same bytes as user_id"), "\(listed.output)")
        #expect(listed.output.contains("expected valid JSON: a string or a whole number, byte 11"), "\(listed.output)")
        let logged = instance.log.split(separator: "\n").filter { $0.contains("record is not a watch event") }
        #expect(logged.count == 2 && logged.contains { $0.contains("key_mismatch") }, "\(instance.log)")
        #expect(!listed.output.contains("viewer") && !listed.output.contains("somebody"), "\(listed.output)")
        #expect(try list(application, "--reason", "key_mismatch", "--partition", "1").lines.count == 1)
        #expect(try list(application, "--reason", "key_mismatch", "--partition", "0").lines.isEmpty)
        #expect(try list(application, "--until", "2001-01-01T00:00:00Z").lines.isEmpty)
        #expect(try list(application, "--from", "2001-01-01T00:00:00Z", "--limit", "1").lines.count == 1)
        #expect(try list(application, "--summary").lines == ["bad_json      1", "key_mismatch  1"])
        let json = try list(application, "--json", "--reason", "key_mismatch")
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(object?["field"] as? String == "key" && object?["expected"] as? String == "the same bytes as user_id")
        #expect(object?["partition"] as? Int == 1 && object?["value_bytes"] as? Int == Self.secret.utf8.count)
        #expect(object?["key"] == nil && object?["is_resubmitted"] as? Bool == false)
        let folder = try TemporaryFolder()
        let audit = folder.url.appending(path: "audit").path
        let content = ["--show-content", "--json", "--reason", "key_mismatch", "--set", "audit.file=\(audit)"]
        let refused = try shoal(["dead-letters", "list"] + application.settings() + content)
        #expect(refused.status == 64 && refused.output.contains("--why TEXT is missing"), "\(refused.output)")
        #expect(!FileManager.default.fileExists(atPath: audit))
        let shown = try shoal(["dead-letters", "list", "--why", "ticket 9"] + application.settings() + content)
        let line = try String(contentsOfFile: audit, encoding: .utf8)
        #expect(line.contains("ticket 9") && line.contains("--reason key_mismatch"), "\(line)")
        #expect(shown.output.contains("viewer-x") && shown.output.contains(#""name":"trace","value":"t-1""#))

        let dry = try resubmit(application, "--reason", "key_mismatch", "--dry-run")
        #expect(dry.lines == ["1 would be sent to \(input)"], "\(dry.output)")
        let sent = try resubmit(application, "--reason", "key_mismatch")
        #expect(sent.status == 0 && sent.lines == ["1 sent to \(input)"], "\(sent.output)")
        let again = try resubmit(application, "--reason", "key_mismatch")
        #expect(again.lines.first == "0 sent to \(input)" && again.output.contains("1 not: resubmitted before"))
        let records = try await application.broker.records(of: input).filter { $0.keyText == "viewer-x" }
        #expect(records.count == 2 && records.allSatisfy { $0.valueText == Self.secret && $0.partition == 1 })
        #expect(records.last?.headers["trace"] == Array("t-1".utf8))
        let marker = String(decoding: records.last?.headers["shoal.resubmitted"] ?? [], as: UTF8.self)
        #expect(marker.hasPrefix("\(input)-dead-letters 0:"), "\(marker)")
        // The resubmitted record is still not a watch event.
        try await wait(application, for: 3)
        let back = try list(application)
        #expect(back.lines.count { $0.contains("came back") } == 1, "\(back.output)")
        #expect(back.lines.count { $0.contains("resubmitted)") } == 1, "\(back.output)")
        let third = try resubmit(application, "--all", "--dry-run")
        #expect(third.lines.first == "1 would be sent to \(input)", "the other reason: \(third.output)")
        #expect(third.output.contains("1 not: came back") && third.output.contains("1 not: resubmitted before"))
        #expect(try resubmit(application, "--all", "--again", "--dry-run").lines == ["3 would be sent to \(input)"])
        #expect(try await instance.stop() == 0)
    }

    @Test("truncated, omitted and foreign records are counted and not sent")
    func unsendable() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 1)
        let (input, topic) = ("\(application.name)-in", "\(application.name)-in-dead-letters")
        let producer = try Producer(application.broker.configuration())
        func put(_ headers: [String: String], key: String?, value: String?) throws {
            let all = ["reason": "bad_json", "topic": input, "partition": "7", "offset": "12"].merging(headers) { $1 }
            let (keyBytes, bytes) = (Array((key ?? "").utf8), Array((value ?? "").utf8))
            try producer.produce(
                to: topic, key: key == nil ? nil : keyBytes.span, value: value == nil ? nil : bytes.span,
                headers: all.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) })
        }
        try put(["length": "2000000", "sha256": "00"], key: "k", value: "the beginning")
        try put(["key_length": "70000"], key: "k", value: "whole")
        try put([:], key: nil, value: nil)
        try put(["topic": "elsewhere"], key: "k", value: "v")
        try put([:], key: "k", value: "\u{7}whole")
        try producer.produce(to: topic, key: "not", value: "a dead letter")
        try producer.flush(timeout: .seconds(10))
        let listed = try list(application)
        #expect(listed.lines.count == 6 && listed.lines.count { $0.contains("cut") } == 2, "\(listed.output)")
        #expect(listed.status == 65 && listed.output.contains("\(topic) partition 0 offset 5: the record is no"))
        #expect(listed.lines.count { $0.contains("left out") } == 1)
        let result = try resubmit(application, "--all")
        #expect(result.status == 65, "a record that is not a dead letter is named")
        #expect(
            result.lines.filter { !$0.contains("is not a dead letter") } == [
                "1 sent to \(input)", "1 not: of another topic than \(input)", "2 not: truncated",
                "1 not: without content (dead-letters.content=reason, or an empty record)",
            ], "\(result.output)")
        try put(["reason": "\u{1B}[2J\u{9B}31m"], key: "k", value: "v")
        try producer.flush(timeout: .seconds(10))
        for more in [[], ["--json"]] {
            let summary = try shoal(["dead-letters", "list", "--summary"] + more + application.settings())
            #expect(summary.output.contains("31m") && !summary.output.contains("\u{1B}"), "\(summary.output)")
            #expect(!summary.output.contains("\u{9B}"), "\(summary.output)")
        }
        let records = try await application.broker.records(of: input)
        #expect(records.map(\.valueText) == ["\u{7}whole"] && records[0].partition == 0, "the partition is gone")
        let folder = try TemporaryFolder()
        let audit = "audit.file=\(folder.url.appending(path: "audit").path)"
        let shown = try list(application, "--show-content", "--why", "test", "--set", audit)
        #expect(shown.output.contains(#"value \u{7}whole"#), "\(shown.output)")
    }

    @Test("an unknown or missing reason is a usage error")
    func usage() throws {
        let cases: [([String], String)] = [
            (["list", "--reason", "bad_jsn"], "did you mean bad_json?"), (["resubmit"], "use --reason R or --all"),
            (["list", "--from", "yesterday"], "must be a time"),
        ]
        for (words, text) in cases {
            let result = try shoal(["dead-letters"] + words)
            #expect(result.status == 64 && result.output.contains(text), "\(result.output)")
        }
    }
}
