import Foundation
import ShoalKafka
import ShoalPipeline
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalOperator

/// Plays "Erase a viewer" of docs/operations.md.
@Suite("shoal erase")
struct EraseTests {
    private let folder: TemporaryFolder
    private let application: ObservedApplication
    private let more: [String: String]
    /// Recent, because the retention of the output counts from the ends of epochs.
    private let start = (Int(Date().timeIntervalSince1970) / 3_600 - 14 - 8 * 24) * 3_600_000
    private let environment = ["SHOAL_PRIVACY_KEY": TestKey.digits]

    init() async throws {
        folder = try TemporaryFolder()
        application = try await ObservedApplication()
        let checkpoints = folder.url.appending(path: "checkpoints")
        try FileManager.default.createDirectory(at: checkpoints, withIntermediateDirectories: true)
        more = [
            "members.topic": "\(application.name)-members", "input.partitioner": "murmur2",
            "snapshot.interval": "200ms", "checkpoint.directory": checkpoints.path, "checkpoint.interval": "1s",
            "audit.file": folder.url.appending(path: "audit").path, "models.retention": "30d",
            "privacy.min-cluster-size": "4",
        ]
    }

    private func command(_ words: String...) throws -> CommandResult {
        try shoal(words + application.settings(more), environment: environment)
    }

    /// Publishes an event an hour from each of 24 viewers of two tastes.
    private func publish(hours: Range<Int>, without erased: Int? = nil) throws {
        var lines = ""
        for hour in hours {
            for viewer in 0..<24 where viewer != erased {
                let time = start + hour * 3_600_000 + viewer * 1_000
                let topic = viewer % 2 == 0 ? "go" : "cats"
                lines += """
                    {"event_id":"\(viewer)-\(hour)","user_id":"u\(viewer)","topics":["\(topic)"],"watched_ms":60000,\
                    "duration_ms":60000,"event_time_ms":\(time)}

                    """
            }
        }
        let result = try command("publish", folder.file("events.ndjson", lines))
        #expect(result.status == 0, "\(result.output)")
    }

    private func places(_ certificate: ErasureCertificate) -> [String: ErasureCertificate.Place] {
        Dictionary(uniqueKeysWithValues: certificate.places.map { ($0.name, $0) })
    }

    private func decoded(_ line: String) throws -> ErasureCertificate {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(ErasureCertificate.self, from: Data(line.utf8))
    }

    @Test("a viewer is erased, and a signed certificate says where data was, and until when it remains")
    func certified() async throws {
        #expect(try command("topics", "create", "--partitions", "2", "--input-retention", "7d").status == 0)
        try publish(hours: 0..<10)
        let process = try ShoalProcess(["run"] + application.settings(more), environment: environment)
        _ = try await application.status { status in
            ObservedApplication.partitions(status).allSatisfy { ($0["lag"] as? Int) == 0 }
                && ObservedApplication.model(status)["members"] as? Int ?? 0 > 20
        }
        let checkpoint = folder.url.appending(path: "checkpoints/\(application.name)-0.checkpoint").path
        try await waitUntil("a checkpoint") { FileManager.default.fileExists(atPath: checkpoint) }
        let before = Int64(Date().timeIntervalSince1970 * 1_000)
        let result = try command("erase", "--viewer", "u5", "--reason", "request 81", "--certify", "--wait", "60s")
        #expect(result.status == 0, "\(result.output)\n\(process.log)")
        let line = try #require(result.lines.first { $0.hasPrefix("{") }, "\(result.output)")
        let certificate = try decoded(line)
        let key = try #require(PrivacyKey(hex: TestKey.digits))
        #expect(certificate.member == Hex.text(key.publishedPseudonym(of: Array("u5".utf8))))
        #expect(!line.contains("u5\"") && before...certificate.readMs ~= certificate.sentMs)
        let places = places(certificate)
        #expect(
            places.keys.sorted() == [
                "checkpoints", "dead letters", "deltas", "input", "members", "models", "output", "state",
            ])
        let week: Int64 = 604_800_000
        #expect(places["input"]?.records == 10 && places["input"]?.state == .left)
        let until = try #require(places["input"]?.untilMs)
        #expect(until >= before + week, "the retention of the input, and the time of a segment")
        #expect(places["dead letters"]?.state == .gone)
        #expect(places["output"]?.state == .left && places["output"]?.records ?? 0 > 0, "\(line)")
        #expect(
            places["members"]?.state == .left && places["members"]?.untilMs ?? 0 > certificate.sentMs + week, "\(line)")
        #expect(places["state"]?.state == .deleted && places["state"]?.untilMs ?? 0 > certificate.sentMs, "\(line)")
        #expect(
            places["models"]?.records == nil && places["models"]?.untilMs ?? 0 > certificate.readMs + 30 * 86_400_000)
        #expect(places["deltas"]?.untilMs ?? 0 > certificate.readMs + week)

        let file = try folder.file("certificate.json", line + "\n")
        let valid = try command("erase", "verify", file)
        #expect(valid.status == 0 && valid.output.contains("valid"), "\(valid.output)")
        let changed = try folder.file("changed.json", line.replacing("\"left\"", with: "\"gone\"") + "\n")
        let refused = try command("erase", "verify", changed)
        #expect(refused.status == 65 && refused.output.contains("not what was signed"), "\(refused.output)")
        let other = try shoal(["erase", "verify", file], environment: ["SHOAL_PRIVACY_KEY": TestKey.other])
        #expect(other.status == 65 && other.output.contains("another key"), "\(other.output)")

        let audit = try String(contentsOf: folder.url.appending(path: "audit"), encoding: .utf8)
        #expect(audit.contains(certificate.member) && audit.contains("request 81") && audit.contains(#""erase""#))
        // Subscribers learn of a single erasure after a week.
        let later = 8 * 24 + 10
        try publish(hours: later..<later + 9, without: 5)
        try await waitUntil("the member to leave the output") {
            let changes = try command(
                "changes", "--from", "beginning", "--until", "end", "--json", "--kind", "member_erased")
            return changes.lines.count { $0.contains(certificate.member) } == 1
        }
        let again = try command("erase", "--viewer", "u5", "--reason", "request 81", "--certify", "--wait", "60s")
        let last = try decoded(try #require(again.lines.first { $0.hasPrefix("{") }, "\(again.output)"))
        #expect(self.places(last)["members"]?.state == .deleted, "\(again.output)")
        try leftOut(audit: certificate.member)
        #expect(try await process.stop() == 0)
    }

    /// Repeats the run as if the viewer had never been.
    private func leftOut(audit member: String) throws {
        let unknown = try command("verify", "--without", "u99", "--reason", "request 82")
        #expect(unknown.status == 0 && unknown.output.contains("no difference: "), "\(unknown.output)")
        let file = try folder.file("left-out", "u5\n")
        let known = try command("verify", "--without-file", file, "--reason", "request 81", "--json")
        #expect([0, 65].contains(known.status), "\(known.output)")
        #expect(known.output.contains(#""viewers" : 1"#) && known.output.contains(#""isIdentical" : false"#))
        #expect(!known.output.contains("u5") && !known.output.contains(member), "\(known.output)")
        let audit = try String(contentsOf: folder.url.appending(path: "audit"), encoding: .utf8)
        #expect(audit.split(separator: "\n").contains { $0.contains(member) && $0.contains(#""verify""#) })
    }

    @Test("a viewer on the opt-out list stays away, also in a replay and after a restart")
    func optedOut() async throws {
        let own = [
            "privacy.opt-out-topic": "\(application.name)-opt-out", "privacy.min-cluster-size": "1",
            "audit.topic": "\(application.name)-audit",
        ]
        let words = application.settings(more.merging(own) { $1 })
        #expect(try shoal(["topics", "create", "--partitions", "2"] + words, environment: environment).status == 0)
        func members(_ count: Int) async throws {
            _ = try await application.status { status in
                ObservedApplication.partitions(status).allSatisfy { ($0["lag"] as? Int) == 0 }
                    && ObservedApplication.model(status)["members"] as? Int == count
            }
        }
        try publish(hours: 0..<10)
        let process = try ShoalProcess(["run"] + words, environment: environment)
        try await members(24)
        let words5 = ["erase", "--viewer", "u5", "--reason", "request 82", "--opt-out"]
        let result = try shoal(words5 + words, environment: environment)
        #expect(result.status == 0, "\(result.output)\n\(process.log)")
        try await process.waitForLog("\"viewers\":\"1\"")
        // The list holds from two models on.
        for hours in [10..<13, 13..<16, 16..<20] { try publish(hours: hours) }
        try await members(23)
        #expect(try await process.stop() == 0)
        let again = try ShoalProcess(["run"] + words, environment: environment)
        try publish(hours: 20..<24)
        try await members(23)
        #expect(try await again.stop() == 0)
        let verified = try shoal(["verify"] + words, environment: environment)
        #expect(verified.status == 0 && verified.output.contains("identical"), "\(verified.output)")
        let refused = try command("erase", "--viewer", "u6", "--reason", "x", "--opt-out")
        #expect(
            refused.status == 78 && refused.output.contains("privacy.opt-out-topic is not set"), "\(refused.output)")
        let audited = try shoal(["audit-log", "verify"] + words, environment: environment)
        #expect(audited.status == 0 && audited.output.contains("1 head from audit.topic"), "\(audited.output)")
        try Data().write(to: folder.url.appending(path: "audit"))
        let emptied = try shoal(["audit-log", "verify"] + words, environment: environment)
        #expect(emptied.status == 65 && emptied.output.contains("is not in the log"), "\(emptied.output)")
        let late = try shoal(["audit-log", "verify", "--since", "2100-01-01T00:00:00Z"] + words)
        #expect(late.status == 0, "\(late.output)")
    }

    @Test("several viewers are erased at once, and an application that does not run is told")
    func notRead() async throws {
        #expect(try command("topics", "create", "--partitions", "2").status == 0)
        let file = try folder.file("viewers", "u1\nu2\n")
        let waited = try command("erase", "--file", file, "--reason", "test", "--wait", "1s")
        #expect(waited.status == 1 && waited.output.contains("has not read it yet"), "\(waited.output)")
        let process = try ShoalProcess(["run"] + application.settings(more), environment: environment)
        let read = try command("erase", "--file", file, "--reason", "test", "--certify", "--wait", "100s")
        #expect(read.status == 0, "\(read.output)\n\(process.log)")
        let certificates = try read.lines.filter { $0.hasPrefix("{") }.map(decoded)
        #expect(certificates.count == 2 && certificates[0].member != certificates[1].member)
        #expect(certificates.allSatisfy { places($0)["state"]?.state == .gone && places($0)["input"]?.records == 0 })
        #expect(try await process.stop() == 0)
    }
}
