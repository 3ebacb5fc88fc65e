import Foundation
import TestSupport
import Testing

@Suite("shoal demo")
struct DemoTests {
    @Test("it clusters generated viewers on the embedded broker, reports the result, and is reproducible")
    func runs() throws {
        let words = ["demo", "--seconds", "0", "--epochs", "22", "--viewers", "800", "--seed", "3"]
        let first = try shoal(words)
        #expect(first.status == 0, "\(first.output)")
        #expect(first.output.contains("was created (the first clusters)"), "\(first.output)")
        #expect(first.output.contains("the stream: new viewers arrive who watch castles"))
        #expect(first.lines.contains { $0.contains("epoch 22 of 22") })
        #expect(!first.output.contains("\u{1B}"), "plain lines where it is no terminal")
        #expect(first.output.contains("Clusters below 20 members are not shown"))
        #expect(first.output.contains("politics was dropped") && !first.output.contains("dropped 0 times"))
        #expect(first.output.contains("shoal run --config shoal.properties"))
        let summary = first.lines.last { $0.hasPrefix("Members:") || $0.contains("joined,") } ?? ""
        #expect(!summary.contains(" 0 joined"), "\(summary)")
        let second = try shoal(words)
        func fingerprint(_ result: CommandResult) -> String? { result.lines.first { $0.hasPrefix("Fingerprint") } }
        #expect(fingerprint(first) != nil && fingerprint(first) == fingerprint(second))
        #expect(!first.output.contains("viewer-"), "no viewer is named")
    }

    @Test("viewers are erased, steps are seen later, and the picture is recorded")
    func story() throws {
        let folder = try TemporaryFolder()
        let cast = folder.url.appending(path: "demo.cast").path
        let result = try shoal(["demo", "--seconds", "0", "--viewers", "2000", "--record", cast])
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains(" h after it happened: cluster"), "\(result.output)")
        #expect(result.output.contains("(1 to 4 suppressed)"), "\(result.output)")
        #expect(result.output.contains("64 viewers ask to be erased"))
        let killed = try #require(
            result.lines.firstIndex { $0.contains("another instance has taken over 4 partitions, ") })
        // Not every epoch is shown at this speed, and epoch 47 is before or after, as its model comes.
        func epochs(_ lines: some Sequence<String>) -> [Int] {
            lines.compactMap { try? /epoch (\d+) of 60/.firstMatch(in: $0).flatMap { Int($0.output.1) } }
        }
        let (before, after) = (epochs(result.lines[..<killed]), epochs(result.lines[killed...]))
        #expect(!before.isEmpty && before.allSatisfy { $0 <= 47 }, "\(result.output)")
        #expect(!after.isEmpty && after.allSatisfy { $0 >= 47 }, "\(result.output)")
        let summary = result.lines.last { $0.contains(" erased.") } ?? ""
        #expect(!summary.isEmpty && !summary.contains(" 0 erased"), "\(summary)")
        let lines = try String(contentsOfFile: cast, encoding: .utf8).split(separator: "\n")
        #expect(lines.first == "{\"version\": 2, \"width\": 100, \"height\": 30, \"title\": \"shoal demo\"}")
        var last = 0.0
        for line in lines.dropFirst() {
            let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
            let time = try #require(event[0] as? Double)
            #expect(time >= last && event.count == 3 && event[1] as? String == "o")
            last = time
        }
    }

    @Test("buttons of the page add a taste and erase a viewer, and only the page can press them")
    func buttons() async throws {
        let process = try ShoalProcess(["demo", "--plain", "--viewers", "800", "--seconds", "600"])
        try await process.waitForLog("The page of the clusters: ")
        let address = try #require(try /The page of the clusters: http:..127.0.0.1:(\d+)/.firstMatch(in: process.log))
        let port = try #require(Int(address.output.1))
        let page = try await http(port, "/")
        let token = try #require(try /data-token="([0-9a-f]{32})"/.firstMatch(in: page.body)).output.1
        #expect(page.body.contains(#"<script src="/demo.js" defer="defer">"#) && !page.body.contains("<script>"))
        #expect(page.headers["content-security-policy"]?.contains("script-src 'self'; connect-src 'self'") == true)
        for body in ["", String(token.reversed()), String(token) + "0"] {
            let answer = try await http(port, "/demo/taste", method: "POST", body: body)
            #expect(answer.status == 403, "\(answer)")
        }
        #expect(try await http(port, "/demo/taste").status == 405)
        #expect(!process.log.contains("the page: "))
        let taste = try await http(port, "/demo/taste", method: "POST", body: String(token))
        #expect(taste.status == 200 && taste.body.contains("aeroplanes, helicopters, rockets"), "\(taste)")
        try await process.waitForLog("the page: 64 viewers arrive who watch aeroplanes, helicopters, rockets")
        let erasure = try await http(port, "/demo/erasure", method: "POST", body: String(token))
        #expect(erasure.status == 200, "\(erasure)")
        try await process.waitForLog("the page: a viewer is erased")
        var statuses: [Int] = []
        for _ in 1...6 {
            statuses.append(try await http(port, "/demo/taste", method: "POST", body: String(token)).status)
        }
        #expect(statuses == [200, 200, 200, 200, 200, 409])
        #expect(try await process.stop() == 0)
    }

    @Test("invalid options are refused")
    func usage() throws {
        for words in [["--viewers", "3"], ["--epochs", "0"], ["--seed", "x"], ["--colour"]] {
            let result = try shoal(["demo"] + words)
            #expect(result.status == 64, "\(words): \(result.output)")
        }
    }
}
