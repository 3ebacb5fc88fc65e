import Foundation
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@Suite("Other languages")
struct OtherLanguagesTests {
    private static let python = TestBroker.pythonFolder.appending(path: "python").path
    private static let hasPackages: Bool =
        (try? run(python, ["-c", "import asyncapi3, confluent_kafka, google.protobuf, jsonschema"])) != nil
    private static let hasProtoc = FileManager.default.isExecutableFile(atPath: "/usr/bin/protoc")

    private func check(_ messages: [String]) throws -> String {
        let kinds = ClusterChange.Kind.allCases
        let words = [
            "memberChange": kinds.filter(\.isOfMember).map(\.name),
            "changeOfCluster": kinds.filter { !$0.isOfMember }.map(\.name),
            "reason": ClusterChange.Reason.allCases.map(\.name), "rejection": Rejection.allCases.map(\.rawValue),
        ]
        return try run(
            Self.python,
            [
                TestBroker.root.appending(path: "Tests/ShoalTests/asyncapi_check.py").path,
                TestBroker.root.appending(path: "schemas/asyncapi.yaml").path,
                String(decoding: try JSONEncoder().encode(words), as: UTF8.self),
            ], input: messages.map { $0 + "\n" }.joined())
    }

    @Test(
        "the AsyncAPI document is valid, lists every kind, reason and rejection, and matches real records",
        .enabled(if: hasPackages, "needs the tests' Python packages: make test-deps"))
    func asyncAPI() async throws {
        let real = try await RealChanges.shared()
        var messages = real.lines.map { "clusterChange\t\($0)" }
        for record in try await real.broker.records(of: real.input).prefix(2_000) {
            messages.append("watchEvent\t\(record.valueText)")
        }
        var members = 0
        for record in try await real.broker.records(of: real.members) {
            guard let value = record.value else {
                messages.append("noMembership\tnull")
                continue
            }
            var json: [UInt8] = []
            try Membership(protobuf: value.span).encodeJSON(into: &json)
            messages.append("membership\t" + String(decoding: json, as: UTF8.self))
            members += 1
        }
        #expect(real.lines.count > 100 && members > 100)
        let result = try check(messages)
        #expect(result.contains("\(real.lines.count) clusterChange, \(members) membership"), "\(result)")
        #expect(result.contains("2000 watchEvent fit"), "\(result)")
    }

    @Test(
        "records that do not match the document are found",
        .enabled(if: hasPackages, "needs the tests' Python packages: make test-deps"))
    func strange() async throws {
        for (message, problem) in [
            (#"membership\#t{"cluster":1,"model_version":"7","news":1}"#, "news"),
            (#"watchEvent\#t{"user_id":"","event_time_ms":1}"#, "user_id"),
            (#"clusterChange\#t{"kind":"member_moved"}"#, "change_id"),
        ] {
            do {
                Issue.record("accepted: \(message): \(try check([message]))")
            } catch let error as CommandFailed { #expect(error.output.contains(problem), "\(error.output)") }
        }
    }

    @Test(
        "the Python example prints every committed change and resumes at its position",
        .enabled(if: hasPackages && hasProtoc, "needs protoc and the tests' Python packages: make test-deps"))
    func pythonConsumer() async throws {
        let real = try await RealChanges.shared()
        let folder = try TemporaryFolder()
        let schemas = TestBroker.root.appending(path: "schemas").path
        try run("protoc", ["-I", schemas, "--python_out=\(folder.url.path)", "shoal/v1/cluster_change.proto"])
        let example = TestBroker.root.appending(path: "Examples/python/changes.py").path
        let command =
            "PYTHONPATH=\(folder.url.path) timeout 25 \(Self.python) \(example) \(real.broker.bootstrap) \(real.output) "
            + "--once"
        let first = try shell(command)
        #expect(first.status == 0, "\(first.output)")
        let expected = try real.lines.map { line -> String in
            let change = try ClusterChange(Array(line.utf8))
            guard let member = change.member else {
                let topics = change.leadingTopics.joined(separator: ", ")
                return "\(change.kind.name) \(change.cluster) \(change.members) \(topics)"
            }
            let digits = String(member, radix: 16)
            let padded = String(repeating: "0", count: 32 - digits.count) + digits
            return "\(change.kind.name) \(padded) \(change.from) \(change.to) \(change.why?.name ?? "unspecified")"
        }
        #expect(first.lines.sorted() == expected.sorted())
        #expect(try shell(command).output.isEmpty, "what was committed is not printed again")
    }

    @Test(
        "the Python example reads JSON and Protobuf by turns, and skips what is neither",
        .enabled(if: hasPackages && hasProtoc, "needs protoc and the tests' Python packages: make test-deps"))
    func pythonForms() async throws {
        let broker = try await TestBroker.shared()
        let topic = uniqueName("forms")
        try await broker.create([topic: 1])
        let producer = try Producer(broker.configuration())
        var move = ClusterChange(id: 1, kind: .memberMoved)
        (move.member, move.from, move.to, move.why) = (0xAB, 1, 2, .event)
        var birth = ClusterChange(id: 2, kind: .clusterCreated)
        (birth.cluster, birth.members, birth.leadingTopics) = (7, 1 << 60, ["chess", "größer"])
        func put(_ bytes: [UInt8]) throws { try producer.produce(to: topic, key: nil, value: bytes.span) }
        for change in [move, birth] {
            var (json, proto): ([UInt8], [UInt8]) = ([], [])
            change.encodeJSON(into: &json)
            change.encode(into: &proto)
            try put(json)
            try put(proto)
        }
        for text in ["{\"no\":1}", "{", "[]", "\u{1}"] { try put(Array(text.utf8)) }
        var last: [UInt8] = []
        ClusterChange(id: 3, kind: .clusterRetired).encodeJSON(into: &last)
        try put(last)
        try producer.flush(timeout: .seconds(10))
        let folder = try TemporaryFolder()
        let schemas = TestBroker.root.appending(path: "schemas").path
        try run("protoc", ["-I", schemas, "--python_out=\(folder.url.path)", "shoal/v1/cluster_change.proto"])
        let example = TestBroker.root.appending(path: "Examples/python/changes.py").path
        let command = "timeout 25 \(Self.python) \(example) \(broker.bootstrap)"
        let result = try shell("PYTHONPATH=\(folder.url.path) \(command) \(topic) --once")
        let digits = String(repeating: "0", count: 30) + "ab"
        let moved = "member_moved \(digits) 1 2 event"
        let created = "cluster_created 7 \(1 << 60) chess, größer"
        #expect(result.status == 65, "\(result.output)")
        let (skipped, shown) = (
            result.lines.filter { $0.contains("It is skipped") }, result.lines.filter { !$0.contains("It is skipped") }
        )
        #expect(shown == [moved, moved, created, created, "cluster_retired 0 0 "], "\(result.output)")
        #expect(skipped.count == 4 && skipped[0].contains("\(topic) partition 0 offset 4"), "\(result.output)")
        let absent = try shell("\(command) \(uniqueName("absent")) --once")
        #expect(absent.status == 72 && absent.output.contains("does not exist"), "\(absent.output)")
    }
}
