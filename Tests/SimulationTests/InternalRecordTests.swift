import Foundation
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Internal records")
struct InternalRecordTests {
    private static let python = TestBroker.pythonFolder.appending(path: "python")
    private static var hasProtoc: Bool {
        FileManager.default.isExecutableFile(atPath: python.path)
            && FileManager.default.isExecutableFile(atPath: "/usr/bin/protoc")
    }

    /// Returns the records that a few runs leave on the internal topics, as "NAME HEX".
    private func records() throws -> [String] {
        var lines: [String] = []
        for seed in 0..<12 as Range<UInt64> {
            var scenario = Scenario.random(seed)
            scenario.rates.part = Chunks.largest
            scenario.rates.snapshots = 30
            scenario.faults = []
            let world = Simulation(scenario)
            try world.run()
            var topics: [(SimulatedKafka.Topic, ([UInt8]) -> String)] = [
                (.deltas, { _ in "Word" }), (.models, { _ in "ModelPart" }),
            ]
            for partition in 0..<scenario.partitions {
                topics.append(
                    (
                        .state(Int32(partition)),
                        { key in
                            switch StateRecord.Key(key.span) {
                            case .whole: "SnapshotWhole"
                            case .member: "MemberState"
                            case .part, nil: "SnapshotPart"
                            }
                        }
                    ))
            }
            for (topic, name) in topics {
                for (_, record) in world.kafka[topic].committed {
                    guard case .bytes(let value) = record.value else { continue }
                    lines.append("\(name(record.key ?? [])) \(Hex.text(value))")
                }
            }
        }
        return lines
    }

    @Test(
        "Python's protobuf knows every field and writes the same bytes",
        .enabled(if: hasProtoc, "needs protoc and Python's protobuf: make test-deps"))
    func python() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-proto-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let schemas = TestBroker.root.appending(path: "schemas")
        let files = ["delta", "model", "state"].map { "shoal/v1/\($0).proto" }
        try run("protoc", ["-I", schemas.path, "--python_out", folder.path] + files)
        let verdict = try run(
            Self.python.path,
            [TestBroker.root.appending(path: "Tests/SimulationTests/internal_records.py").path, folder.path],
            input: try records().joined(separator: "\n") + "\n")
        let counts = verdict.split(whereSeparator: \.isWhitespace).compactMap { Int($0.split(separator: "=")[1]) }
        #expect(counts.count == 8 && counts.allSatisfy { $0 > 20 }, "\(verdict)")
    }

    @Test("a record of a newer format or an invalid one is refused")
    func foreign() throws {
        var member = StateRecord.Members()
        let key = [UInt8](repeating: 7, count: 16)
        func piece(_ key: [UInt8], _ value: [UInt8]?) throws(StateRecord.Failure) -> StateRecord.Content? {
            guard let value else { return try StateRecord.read(key: key.span, value: nil, into: &member) }
            return try StateRecord.read(key: key.span, value: value.span, into: &member)
        }
        #expect(throws: StateRecord.Failure.newer(format: 9)) { try piece(key, [8, 9]) }
        #expect(throws: StateRecord.Failure.newer(format: 9)) { try piece(Array("whole".utf8), [8, 9]) }
        #expect(throws: StateRecord.Failure.damaged) { try piece(key, [255]) }
        #expect(throws: StateRecord.Failure.damaged) { try piece(Array("what".utf8), [8, 1]) }
        // A topic without a weight.
        #expect(throws: StateRecord.Failure.damaged) { try piece(key, [8, 1, 82, 1, 5]) }
        guard case .removed = try piece(key, nil) else {
            Issue.record("a null removes")
            return
        }
    }
}
