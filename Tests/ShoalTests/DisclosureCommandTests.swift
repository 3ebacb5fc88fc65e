import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("shoal disclosure")
struct DisclosureCommandTests {
    /// A table of 200 viewers of two tastes over ten days. Half of the viewers of one taste watch `faith`, too.
    private func table(_ folder: TemporaryFolder) throws -> String {
        var rows = "Member,Seen At,Genres\n"
        for step in 0..<8_000 {
            let viewer = (step * 7 + step / 200) % 200
            let more = viewer % 4 == 0 && step / 200 % 5 == 0 ? ";faith" : ""
            rows += "m\(viewer),\(1_767_225_600 + step * 108),genre \(viewer % 2 * 3 + step / 200 % 3)\(more)\n"
        }
        return try folder.file("history.csv", rows)
    }

    private let settings = [
        "privacy.sensitive-topics=faith", "epoch.length=6h", "clusters.seed-members=80", "members.min-events=3",
        "privacy.min-cluster-size=20", "privacy.member-age=0s",
    ].flatMap { ["--set", $0] }

    @Test("a dropped topic is found where a taste tells it, a setting is compared, and --check ends with 2")
    func check() throws {
        let folder = try TemporaryFolder()
        let page = folder.url.appending(path: "page.html").path
        let words = try ["disclosure", table(folder), "--check"] + settings
        let found = try shoalAndMessages(words + ["--with", "privacy.min-cluster-size=150", "--html", page])
        #expect(found.status == 2, "\(found.output)")
        #expect(found.output.contains("2 of 2: privacy.min-cluster-size=150"), "\(found.output)")
        // A quarter of all viewers has the trait, and half of a cluster's members.
        let row = found.lines.first { $0.contains("privacy.sensitive-topics: |P − prior|") } ?? ""
        #expect(row.contains("missed") && row.hasSuffix("met"), "\(row)")
        #expect(found.output.contains("topics: |P − prior|: 0.2"), "each missed bound has a line: \(found.output)")
        #expect(!found.output.contains("m17"), "no viewer is named")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("privacy.sensitive-topics"))
        let bounds = ["distance=0.9", "lift=9", "records=0", "days=0", "unique=100%", "fewer-than-ten=100%"]
        let wide = try shoalAndMessages(words + bounds.flatMap { ["--bound", $0] })
        #expect(wide.status == 0, "\(wide.output)")
    }

    @Test("the values of a topic are measured, as JSON, the same each time")
    func topic() async throws {
        let broker = try await TestBroker.shared()
        let name = uniqueName("disclosure")
        try await broker.create([name: 3])
        let options = ["--topic", name, "--set", "kafka.bootstrap.servers=\(broker.bootstrap)"]
        let simulated = ["simulate", "--viewers", "300", "--epochs", "40", "--archetypes", "4"] + options
        #expect(try shoal(simulated).status == 0)
        let words = ["disclosure", "--topic", name, "--bootstrap", broker.bootstrap, "--json"] + settings
        let results = try (0..<2).map { _ in
            try shell("$shoal \(words.map { "'\($0)'" }.joined(separator: " ")) 2> /dev/null")
        }
        #expect(results[0].status == 0 && results[0].output == results[1].output, "\(results[0].output)")
        let report = try JSONSerialization.jsonObject(with: Data(results[0].output.utf8))
        #expect(report is [String: Any], "\(results[0].output)")
    }

    @Test("the input of the configured application is measured as its topic is, without a group or a new record")
    func application() async throws {
        let broker = try await TestBroker.shared()
        let (name, group) = (uniqueName("disclosed"), uniqueName("disclosing"))
        try await broker.create([name: 3])
        let kafka = ["--set", "kafka.bootstrap.servers=\(broker.bootstrap)"]
        let simulated = ["simulate", "--viewers", "300", "--epochs", "40", "--archetypes", "4", "--topic", name]
        #expect(try shoal(simulated + kafka).status == 0)
        let folder = try TemporaryFolder()
        let file = try folder.file(
            "shoal.properties",
            """
            kafka.bootstrap.servers = \(broker.bootstrap)
            application.id = \(group)
            input.topic = \(name)
            """)
        func report(_ words: [String]) throws -> [String: Any] {
            let words = (["disclosure", "--json"] + words + settings).map { "'\($0)'" }.joined(separator: " ")
            let result = try shell("$shoal \(words) 2> /dev/null")
            #expect(result.status == 0, "\(result.output)")
            let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
            return try #require(report as? [String: Any])
        }
        let before = try await broker.records(of: name)
        let metrics = folder.url.appending(path: "shoal.prom").path
        var live = try report(["--config", file, "--metrics", metrics])
        var topic = try report(["--topic", name, "--bootstrap", broker.bootstrap])
        #expect(live["input"] as? String == "input.topic=\(name)" && topic["input"] as? String == "--topic \(name)")
        (live["input"], topic["input"]) = (nil, nil)
        #expect(live["events"] as? Int == before.count)
        #expect(NSDictionary(dictionary: live) == NSDictionary(dictionary: topic))
        let text = try String(contentsOfFile: metrics, encoding: .utf8)
        #expect(text.contains("shoal_disclosure_events{application=\"\(group)\"} "), "\(text)")
        #expect(try await broker.records(of: name) == before)
        let admin = try Admin(broker.configuration())
        #expect(try await admin.committed(group: group).isEmpty)
        let missing = try shoalAndMessages(["disclosure", "--config", file, "--set", "input.topic=\(name)-x"])
        #expect(missing.status == 72 && missing.output.contains("\(name)-x"), "\(missing.output)")
    }

    @Test("--metrics has exactly the measures of the run as given, and names no topic")
    func metrics() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "shoal.prom").path
        let begin = Date().timeIntervalSince1970.rounded(.down)
        let words = try ["disclosure", table(folder), "--metrics", file, "--set", "application.id=films"] + settings
        // Nothing of another run, and readable by the collector whatever the process gives to new files.
        let run = (words + ["--with", "privacy.min-cluster-size=150", "--bound", "lift=1.5"]).map { "'\($0)'" }
        let result = try shell("umask 077; $shoal \(run.joined(separator: " ")) 2>&1")
        #expect(result.status == 0 && result.output.contains("the metrics were written to \(file)"), "\(result.output)")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o644)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        if hasProgram("promtool") { #expect(try promtoolFindings(text) == "") }
        #expect(!text.contains("faith") && !text.contains("genre") && !text.contains("m17"))
        var lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
        let last = try #require(lines.last)
        lines.removeLast()
        let stamp = #"shoal_disclosure_timestamp_seconds{application="films"} "#
        #expect(last.hasPrefix(stamp) && Double(last.dropFirst(stamp.count)) ?? 0 >= begin, "\(last)")
        let values: [(String, [(String, String)])] = [
            (
                "measure",
                [
                    ("distance", "0.25"), ("lift", "2"), ("unique", "0"), ("fewer-than-ten", "0"),
                    ("smallest-cluster", "100"), ("records", "117"), ("days", "0.5"),
                ]
            ),
            (
                "bound",
                [
                    ("distance", "0.1"), ("lift", "1.5"), ("unique", "0.05"), ("fewer-than-ten", "0.1"),
                    ("smallest-cluster", "20"), ("records", "10000"), ("days", "7"),
                ]
            ),
            (
                "bound_met",
                [
                    ("distance", "0"), ("lift", "0"), ("unique", "1"), ("fewer-than-ten", "1"),
                    ("smallest-cluster", "1"), ("records", "0"), ("days", "0"),
                ]
            ),
        ]
        let wanted = values.flatMap { name, measures in
            measures.map { #"shoal_disclosure_\#(name){application="films",measure="\#($0)"} \#($1)"# }
        }
        let sizes = [("events", 8_000), ("viewers", 200)]
        #expect(lines == wanted + sizes.map { #"shoal_disclosure_\#($0){application="films"} \#($1)"# })
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(left.sorted() == ["history.csv", "shoal.prom"])
        let nowhere = try shoalAndMessages(words.map { $0 == file ? "/no/such/shoal.prom" : $0 })
        #expect(nowhere.status == 64 && nowhere.output.contains("--metrics /no/such/shoal.prom"), "\(nowhere.output)")
    }

    @Test("without FILE, topic or application, the three ways are named")
    func nothing() throws {
        for words in [[], ["--set", "epoch.length=1h"]] {
            let result = try shoalAndMessages(["disclosure"] + words)
            #expect(result.status == 64, "\(result.output)")
            for way in ["FILE", "--topic T", "--config FILE", "input.topic"] {
                #expect(result.output.contains(way), "\(result.output)")
            }
        }
        let both = try shoalAndMessages(["disclosure", "a", "--topic", "b"])
        #expect(both.status == 64 && both.output.contains("either a or --topic, not both"), "\(both.output)")
    }

    @Test(
        "what cannot be measured is refused",
        arguments: [
            (["--bound", "colour=1"], 64, "must be NAME=VALUE with one of"),
            (["--trait-watches", "some"], 64, "must be a number of watches"),
            (["--with", "privacy.min-cluster-size=many"], 78, "privacy.min-cluster-size"),
            (["--trait", "no such topic"], 66, "no such topic"),
        ])
    func refused(_ words: [String], status: Int32, message: String) throws {
        let folder = try TemporaryFolder()
        let result = try shoalAndMessages(["disclosure", table(folder)] + words)
        #expect(result.status == status && result.output.contains(message), "\(result.status): \(result.output)")
    }
}
