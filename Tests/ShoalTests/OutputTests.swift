import Foundation
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@Suite("Output that cannot be written")
struct OutputTests {
    private static let full = "No space left on device"

    @Test(
        "every command ends with 74 and the reason if its standard output is full",
        arguments: [
            "version", "--help", "changes --help", "config docs", "config show", "metrics docs --format json",
            "manual",
            "simulate - --viewers 100 --events 2000", "demo --seconds 0 --epochs 2 --viewers 500",
        ])
    func fullDisk(_ words: String) throws {
        let result = try shell("$shoal \(words) > /dev/full")
        let text = "Cannot write standard output: \(Self.full)"
        #expect(result.status == 74 && result.output.contains(text), "\(result)")
    }

    @Test("standard output that was closed before the start is no success, and no connection gets its number")
    func closed() throws {
        let result = try shell("$shoal version >&-")
        #expect(result.status == 74 && result.output.contains("Bad file descriptor"), "\(result)")
    }

    @Test("a reader that goes away is no error", arguments: ["config docs", "manual", "simulate - --events 100000"])
    func closedPipe(_ words: String) throws {
        let result = try shell("{ $shoal \(words) 2> /dev/null; echo status $? >&2; } | head -1 > /dev/null")
        #expect(result.lines == ["status 0"], "\(result)")
    }

    @Test("files of a simulation that cannot be written end it with 74")
    func files() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "events").path
        for words in ["/dev/full", "\(file) --truth /dev/full", "\(file) --topics-file /dev/full"] {
            let result = try shell("$shoal simulate \(words) --viewers 100 --events 5000")
            #expect(result.status == 74 && result.output.contains("Cannot write /dev/full: \(Self.full)"), "\(result)")
            #expect(!result.output.contains("events written"), "\(result)")
        }
    }

    @Test("a report that cannot be written ends a replay with 74, and a device is written to, not replaced")
    func reports() throws {
        let folder = try TemporaryFolder()
        let events = folder.url.appending(path: "events.ndjson").path
        #expect(try shoal(["simulate", events, "--viewers", "100", "--events", "2000"]).status == 0)
        let whole = folder.url.appending(path: "page.html").path
        let limited = "trap '' XFSZ; ulimit -f 4; $shoal replay \(events) --html \(whole) > /dev/null"
        let page = try shell(limited)
        #expect(page.status == 74 && page.output.contains("Cannot write \(whole): File too large"), "\(page)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1, "no part is left")
        let pipe = folder.url.appending(path: "pipe").path
        let piped =
            "mkfifo \(pipe); cat \(pipe) | tail -1 & $shoal replay \(events) --html \(pipe) > /dev/null; wait; "
            + "test -p \(pipe)"
        let device = try shell(piped)
        #expect(device.status == 0 && device.output.contains("</html>"), "it is written to, and stays: \(device)")
        for words in ["", "--json"] {
            let text = try shell("$shoal replay \(events) \(words) > /dev/full")
            #expect(text.status == 74 && text.output.contains("Cannot write standard output"), "\(text)")
        }
        #expect(try shell("$shoal replay \(events) --html \(whole) > /dev/null").status == 0)
        #expect(try String(contentsOfFile: whole, encoding: .utf8).hasSuffix("</html>\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 3, "no part is left")
    }

    @Test("changes that cannot be written are not passed over in silence")
    func changes() async throws {
        let broker = try await TestBroker.shared()
        let topic = uniqueName("full")
        try await broker.create([topic: 1])
        let producer = try Producer(broker.configuration())
        for number in 1...20 {
            var bytes: [UInt8] = []
            ClusterChange(id: UInt128(number), kind: .clusterRetired).encode(into: &bytes)
            try producer.produce(to: topic, key: nil, value: bytes.span)
        }
        try producer.flush(timeout: .seconds(10))
        let settings = "--set output.topic=\(topic) --set kafka.bootstrap.servers=\(broker.bootstrap)"
        for words in ["--json", "", "--until end"] {
            let result = try shell("$shoal changes --from beginning \(words) \(settings) > /dev/full")
            #expect(result.status == 74 && result.output.contains(Self.full), "\(words): \(result)")
        }
        let described = try shell("$shoal topics describe \(settings) > /dev/full")
        #expect(described.status == 74, "\(described)")
    }

    @Test("no command writes past the function that remembers failures")
    func sources() throws {
        for folder in ["Sources/shoal", "Sources/ShoalOperator"] {
            let files = FileManager.default.enumerator(
                at: TestBroker.root.appending(path: folder), includingPropertiesForKeys: nil)
            for case let file as URL in try #require(files) where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                for line in text.split(separator: "\n") {
                    #expect(line.firstMatch(of: /(^|[^.\w])print\(/) == nil, "\(file.lastPathComponent): \(line)")
                }
            }
        }
    }
}
