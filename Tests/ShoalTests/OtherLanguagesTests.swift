import Foundation
import ShoalSchemas
import TestSupport
import Testing

@Suite("Other languages")
struct OtherLanguagesTests {
    private static let python = TestBroker.pythonFolder.appending(path: "python").path
    private static let hasPackages: Bool =
        (try? run(python, ["-c", "import asyncapi3, jsonschema"])) != nil

    private func check(_ messages: [String]) throws -> String {
        let kinds = ClusterChange.Kind.allCases
        let words = [
            "memberChange": kinds.filter(\.isOfMember).map(\.name),
            "changeOfCluster": kinds.filter { !$0.isOfMember }.map(\.name),
            "reason": ClusterChange.Reason.allCases.map(\.name), "rejection": Rejection.allCases.map(\.rawValue),
            "clusterState": ClusterDescription.State.allCases.map(\.name),
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
        var descriptions = 0
        for record in try await real.broker.records(of: real.clusters) {
            guard let value = record.value else {
                messages.append("noCluster\tnull")
                continue
            }
            var json: [UInt8] = []
            try ClusterDescription(protobuf: value.span).encodeJSON(into: &json)
            messages.append("clusterDescription\t" + String(decoding: json, as: UTF8.self))
            descriptions += 1
        }
        #expect(real.lines.count > 100 && members > 100 && descriptions > 5)
        let result = try check(messages)
        #expect(
            result.contains(
                "\(real.lines.count) clusterChange, \(descriptions) clusterDescription, \(members) membership"),
            "\(result)")
        #expect(result.contains("2000 watchEvent fit"), "\(result)")
    }

    @Test(
        "records that do not match the document are found",
        .enabled(if: hasPackages, "needs the tests' Python packages: make test-deps"))
    func strange() async throws {
        for (message, problem) in [
            (#"membership\#t{"cluster":1,"model_version":"7","news":1}"#, "news"),
            (#"clusterDescription\#t{"cluster":1,"state":"merged"}"#, "merged"),
            (#"watchEvent\#t{"user_id":"","event_time_ms":1}"#, "user_id"),
            (#"clusterChange\#t{"kind":"member_moved"}"#, "change_id"),
        ] {
            do {
                Issue.record("accepted: \(message): \(try check([message]))")
            } catch let error as CommandFailed { #expect(error.output.contains(problem), "\(error.output)") }
        }
    }
}
