import Foundation
import TestSupport
import Testing

@Suite("shoal try")
struct TryCommandTests {
    /// A table of 120 viewers of two tastes over ten days.
    private func table(_ folder: TemporaryFolder) throws -> String {
        var rows = "Member,Seen At,Seconds Watched,Genres\n"
        for step in 0..<3_600 {
            let viewer = (step * 7 + step / 120) % 120
            let time = 1_767_225_600 + step * 240
            rows += "m\(viewer),\(time),\(60 + step % 90),genre \(viewer % 2 * 3 + step % 3);all\n"
        }
        return try folder.file("history.csv", rows)
    }

    @Test("a table becomes clusters, a page and the settings of a live application")
    func table() throws {
        let folder = try TemporaryFolder()
        let page = folder.url.appending(path: "page.html").path
        let result = try shoalAndMessages(["try", table(folder), "--html", page, "--save", folder.url.path])
        #expect(result.status == 0)
        let lines = result.output
        #expect(lines.contains("viewer    Member"), "\(lines)")
        #expect(lines.contains("topics    Genres split semicolon"))
        #expect(lines.contains("watched   Seconds Watched as s"))
        #expect(lines.contains("time      Seen At as s"))
        #expect(lines.contains("Clusters  2 at the end with 120 members"))
        #expect(lines.contains("shoal run --config"))
        #expect(try String(contentsOfFile: page, encoding: .utf8).hasPrefix("<!DOCTYPE html>"))
        let settings = folder.url.appending(path: "shoal.properties").path
        let check = try shoalAndMessages(["config", "check", "--config", settings, "--set", "privacy.key-file="])
        #expect(!check.output.contains("epoch.length"), "\(check.output)")
        let text = try String(contentsOfFile: settings, encoding: .utf8)
        #expect(text.contains("\nepoch.length=3h\n") && text.contains("\nclusters.seed-members=40\n"))
        let topics = try String(contentsOfFile: folder.url.appending(path: "topics.txt").path, encoding: .utf8)
        #expect(topics == "all\ngenre 0\ngenre 1\ngenre 2\ngenre 3\ngenre 4\ngenre 5\n")
    }

    @Test("--map corrects the guess and --set the settings, and the report can be JSON")
    func corrections() throws {
        let folder = try TemporaryFolder()
        let words = try ["try", table(folder), "--map", "topics=Genres", "--map", "watched=", "--json"]
        let result = try shoalAndMessages(words + ["--set", "epoch.length=6h", "--set", "log.format=text"])
        #expect(result.status == 0)
        #expect(result.output.contains(#""name":"epoch.length","value":"6h""#), "\(result.output)")
        #expect(result.output.contains("genre 0;all"))
        let mapping = #"{"name":"input.map","value":"viewer=Member,topics=Genres,time=Seen At as s"}"#
        #expect(result.output.contains(mapping), "the report names what was read")
    }

    @Test("the values of a topic are read like a file", arguments: ["json", "protobuf"])
    func topic(format: String) async throws {
        let broker = try await TestBroker.shared()
        let name = uniqueName("try")
        try await broker.create([name: 3])
        let kafka = ["--topic", name, "--bootstrap", broker.bootstrap]
        let options = [
            "--viewers", "300", "--epochs", "40", "--archetypes", "4", "--format", format, "--topic", name,
            "--set", "kafka.bootstrap.servers=\(broker.bootstrap)",
        ]
        #expect(try shoal(["simulate"] + options).status == 0)
        let result = try shoalAndMessages(["try"] + kafka)
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("shoal replay --topic \(name) --config"), "\(result.output)")
        #expect(try shoalAndMessages(["try", "FILE"] + kafka).status == 64)
        #expect(try shoalAndMessages(["tune", "--topic", uniqueName("none")] + kafka.dropFirst(2)).status == 72)
    }

    @Test("tune tries settings on a table, and writes those that it recommends")
    func tune() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "tuned.properties").path
        let words = try ["tune", table(folder), "--save", file, "--set", "privacy.min-cluster-size=20"]
        let result = try shoalAndMessages(words + ["--set", "clusters.seed-members=60"])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("Recommended") && result.output.contains("as given"), "\(result.output)")
        let check = try shoalAndMessages(["config", "check", "--config", file])
        #expect(!check.output.contains("tuned.properties:"), "\(check.output)")
    }

    @Test("config check --sample reads a file as the application would, and names each record that is no event")
    func sample() throws {
        let folder = try TemporaryFolder()
        func line(_ kind: String, _ time: String) -> String {
            #"{"who":"w17","tags":"a|b","at":\#(time),"seconds":90,"kind":"\#(kind)"}"#
        }
        let lines = [line("watch", "1767225600"), line("click", "1767225600"), line("watch", #""1.1.2026""#)]
        let path = try folder.file("events.ndjson", lines.joined(separator: "\n"))
        let key = try folder.file("key", TestKey.digits)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let map = "viewer=who,topics=tags split pipe,watched=seconds as s,time=at as s,where=kind:watch"
        let words = [
            "config", "check", "--set", "privacy.key-file=\(key)", "--set", "kafka.bootstrap.servers=localhost:1",
        ]
        let result = try shoalAndMessages(words + ["--set", "input.map=\(map)", "--sample", path])
        #expect(result.status == 65, "\(result)")
        #expect(
            result.output.contains("events.ndjson: 1 events, 1 records left out by the condition, 1 that are no events")
        )
        #expect(result.output.contains(#"line 3: bad_field: at is "1.1.2026", expected seconds"#), "\(result)")
        #expect(result.output.contains("such as 2026-01-01T00:00:00Z: a video about a, b, watched for 90 s"))
        #expect(!result.output.contains("w17"))
        let clean = try shoalAndMessages(
            words + ["--set", "input.map=\(map)", "--sample", try folder.file("one", lines[0])])
        #expect(clean.status == 0)
        let table = try folder.file(
            "events.csv", "who,tags,at,seconds,kind\nw17,a|b,1767225600,90,watch\nw18,c,yesterday,90,watch\n")
        let rows = try shoalAndMessages(words + ["--set", "input.map=\(map)", "--sample", table])
        #expect(rows.status == 65 && rows.output.contains("events.csv: 1 events"), "\(rows)")
        #expect(rows.output.contains(#"record 2: bad_field: at is "yesterday", expected seconds"#), "\(rows)")
    }

    @Test(
        "mistakes end with the status of their kind",
        arguments: [
            (["try"], 64, "FILE is missing"), (["try", "FILE", "--map", "user=x"], 64, "--map user: must be one of"),
            (["try", "nothing.csv"], 66, "nothing.csv: No such file or directory"),
            (["try", "FILE", "--map", "time=Member as s"], 64, "another field is read from there"),
            (["try", "FILE", "--save", "/nonexistent"], 64, "is not a writable directory"),
            (["try", "FILE", "--map", "viewer=Seen At,time=Member as s"], 66, "none of the records can be read"),
        ])
    func mistakes(words: [String], status: Int32, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try table(folder)
        let result = try shoalAndMessages(words.map { $0 == "FILE" ? path : $0 })
        #expect(result.status == status && result.output.contains(message), "\(result)")
    }
}
