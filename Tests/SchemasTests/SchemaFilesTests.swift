import Foundation
import ShoalSchemas
import TestSupport
import Testing

@Suite("Schema files and Swift records")
struct SchemaFilesTests {
    private static let schemas = TestBroker.root.appending(path: "schemas")
    private static let buf = TestBroker.pythonFolder.appending(path: "buf")
    private static var hasBuf: Bool { FileManager.default.isExecutableFile(atPath: buf.path) }
    private static var hasProtoc: Bool {
        hasBuf && FileManager.default.isExecutableFile(atPath: "/usr/bin/protoc")
    }

    @Test("buf lint reports no problems", .enabled(if: hasBuf, "needs buf: make test-deps"))
    func lint() throws {
        try run(Self.buf.path, ["lint", Self.schemas.path])
    }

    @Test("released fields have not changed", .enabled(if: hasBuf, "needs buf: make test-deps"))
    func breaking() throws {
        let released = TestBroker.root.appending(path: "Tests/SchemasTests/Released")
        try run(Self.buf.path, ["breaking", Self.schemas.path, "--against", released.path])
    }

    @Test(
        "Python's protobuf and Swift read each other's records",
        .enabled(if: hasProtoc, "needs protoc and Python's protobuf: make test-deps"))
    func python() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-proto-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Self.schemas.appending(path: "shoal/v1").path)
        try run(
            "protoc", ["-I", Self.schemas.path, "--python_out", folder.path] + files.map { "shoal/v1/\($0)" })
        let seed = UInt64.random(in: 0...999_999)
        let lines = try run(
            TestBroker.pythonFolder.appending(path: "python").path,
            [TestBroker.root.appending(path: "Tests/SchemasTests/random_messages.py").path, folder.path, "\(seed)"])
        var again: [String] = []
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            let bytes = try #require(Self.bytes(words[1]))
            var encoded: [UInt8] = []
            switch words[0] {
            case "WatchEvent":
                var event = WatchEvent()
                var options = WatchEventReader.Options.anyTime
                options.viewer = .key
                options.format = .only(.protobuf)
                let key = Array("key".utf8)
                try WatchEventReader(options: options).read(bytes.span, key: key.span, into: &event)
                event.encode(into: &encoded)
            case "ClusterChange":
                let change = try ClusterChange(protobuf: bytes.span)
                change.encode(into: &encoded)
                var json: [UInt8] = []
                change.encodeJSON(into: &json)
                let parsed = try ClusterChange(json)
                #expect(
                    parsed.id == change.id && parsed.kind == change.kind && parsed.why == change.why, "seed \(seed)")
                if !change.kind.isOfMember {
                    #expect(parsed.leadingTopics == change.leadingTopics, "seed \(seed)")
                    #expect(parsed.branchTopics == change.branchTopics, "seed \(seed)")
                    #expect(parsed.branchClusters == change.branchClusters, "seed \(seed)")
                    #expect(parsed.cohesion == change.cohesion, "seed \(seed)")
                }
            case "ClusterDescription":
                let description = try ClusterDescription(protobuf: bytes.span)
                description.encode(into: &encoded)
                var json: [UInt8] = []
                description.encodeJSON(into: &json)
                #expect(try ClusterDescription(json) == description, "seed \(seed)")
            default:
                try Membership(protobuf: bytes.span).encode(into: &encoded)
            }
            again.append(
                "\(words[0]) \(encoded.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()) \(words[1])"
            )
        }
        #expect(again.count == 800)
        let verdict = try run(
            TestBroker.pythonFolder.appending(path: "python").path,
            [TestBroker.root.appending(path: "Tests/SchemasTests/random_messages.py").path, folder.path, "check"],
            input: again.joined(separator: "\n") + "\n")
        #expect(verdict.trimmingCharacters(in: .whitespacesAndNewlines) == "800 equal", "seed \(seed)")
    }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
