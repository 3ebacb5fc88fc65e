import Foundation
import TestSupport
import Testing

/// A file with two tastes: viewers with even numbers watch the first half of the topics.
private struct TwoTastes {
    let folder: TemporaryFolder
    let events: String
    let truth: String
    private let base: [String]

    init() throws {
        folder = try TemporaryFolder()
        var lines = ""
        let begin: Int64 = 1_767_225_600_000
        for step in 0..<8_000 {
            let viewer = (step * 7 + step / 800) % 100
            let topic = viewer % 2 * 4 + (step / 3) % 4
            lines +=
                #"{"event_id":"e\#(step)","user_id":"u\#(viewer)","topics":["topic \#(topic)"],"watched_ms":60000,"#
            lines += #""duration_ms":60000,"event_time_ms":\#(begin + Int64(step) * 4_500)}"# + "\n"
        }
        events = try folder.file("events.ndjson", lines)
        let viewers = (0..<100).map { #"{"kind":"viewer","user_id":"u\#($0)","from_epoch":0,"archetype":\#($0 % 2)}"# }
        truth = try folder.file("truth.ndjson", (["{\"kind\":\"stream\"}"] + viewers).joined(separator: "\n"))
        let topics = try folder.file("topics.txt", (0..<8).map { "topic \($0)" }.joined(separator: "\n"))
        base = [
            "topics.file=\(topics)", "epoch.length=1h", "clusters.seed-members=60", "clusters.initial=2",
            "privacy.min-cluster-size=10",
        ].flatMap { ["--set", $0] }
    }

    func words(_ command: String, _ more: [String] = []) -> [String] { [command, events] + base + more }

    /// Runs a command and returns its standard output.
    func output(_ command: String, _ more: [String] = []) throws -> String {
        let words = words(command, more).map { "'\($0)'" }.joined(separator: " ")
        return try shell("$shoal \(words) 2>/dev/null").output
    }

    func page(_ name: String) -> String { folder.url.appending(path: name).path }
}

@Suite("Report commands")
struct ReportCommandTests {
    @Test("a replay prints text and writes a page")
    func replay() throws {
        let input = try TwoTastes()
        let page = input.page("report.html")
        let text = try input.output("replay", ["--html", page, "--truth", input.truth])
        #expect(text.contains("Clusters  2 at the end with 100 members; fewer than "), "\(text)")
        #expect(text.contains("ARI 1.000, AMI 1.000, over 100 viewers"), "\(text)")
        #expect(!text.contains("\u{1B}"), "no colours outside of a terminal")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("</svg>") && html.contains("topic 1"))
    }

    @Test("a repeated replay prints byte-identical JSON")
    func json() throws {
        let input = try TwoTastes()
        let first = try input.output("replay", ["--json", "--partitions", "3"])
        #expect(try input.output("replay", ["--json", "--partitions", "3"]) == first)
        let report = try #require(try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any])
        #expect((report["clusters"] as? [Any])?.count == 2)
        #expect((report["input"] as? [String: Any])?["events"] as? Int == 8_000)
    }

    @Test("a comparison reports differences and the members' final clusters")
    func diff() throws {
        let input = try TwoTastes()
        let page = input.page("diff.html")
        let more = ["--with", "profile.half-life=2h", "--with", "privacy.min-cluster-size=60", "--html", page]
        let text = try input.output("diff", more)
        #expect(text.contains("profile.half-life") && text.contains("privacy.min-cluster-size"))
        #expect(text.contains("Members at the end  100 compared"), "\(text)")
        #expect(text.contains("2 gone"), "clusters of 50 are withheld: \(text)")
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("gone"))
        let json = try input.output("diff", ["--json", "--with", "profile.half-life=2h"])
        let report = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let members = try #require(report["members"] as? [String: Any])
        #expect(members["compared"] as? Int == 100)
        #expect(members["same"] as? Int == 100, "\(members)")
    }

    @Test("inputs and outputs that cannot be used are refused before anything runs")
    func mistakes() throws {
        let input = try TwoTastes()
        func check(_ command: String, _ more: [String], _ status: Int32, _ text: String) throws {
            let result = try shoal(input.words(command, more))
            #expect(result.status == status && result.output.contains(text), "\(more): \(result)")
        }
        try check("diff", [], 64, "B is missing")
        try check("diff", ["--with", "clusters.initial=2"], 64, "A and B are the same")
        try check("diff", ["--with", "http.listen=127.0.0.1:80"], 64, "A and B are the same")
        try check("diff", ["--with", "clusters.inital=3"], 78, "clusters.initial")
        try check("diff", ["--with-config", "/none.properties"], 78, "/none.properties")
        try check("replay", ["--html", "/none/report.html"], 64, "/none is not a writable directory")
        try check("replay", ["--html", input.folder.url.path], 64, "is a directory")
        let absent = try shoal(["replay", "/none.ndjson"])
        #expect(absent.status == 66 && absent.output.contains("/none.ndjson"), "\(absent)")
        #expect(!absent.output.contains(" events in "), "nothing was replayed: \(absent)")
        try check("replay", ["--truth", input.events], 1, "events.ndjson: line 1 ")
        try check("replay", ["--truth", try input.folder.file("empty", "{\"kind\":\"end\"}")], 1, "has no viewer")
    }
}
