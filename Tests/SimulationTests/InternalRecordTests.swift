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

    /// Returns the records that a few runs leave on the internal topics, and what is sealed in them, as "NAME HEX".
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
                    let name = name(record.key ?? [])
                    lines.append("\(name) \(Hex.text(value))")
                    for (name, content) in try Self.opened(name, record.key ?? [], value, topic, world.seals) {
                        lines.append("\(name) \(Hex.text(content))")
                    }
                }
            }
        }
        return lines
    }

    /// Returns the messages within a record.
    private static func opened(
        _ name: String, _ key: [UInt8], _ value: [UInt8], _ topic: SimulatedKafka.Topic, _ seals: SimulatedSeals
    ) throws -> [(String, [UInt8])] {
        switch name {
        case "Word":
            guard case .part(let partition, let number, let part) = try DeltaRecord.decode(value.span) else {
                return []
            }
            let closing = try whole(part).opened(as: "\(partition) \(number)", by: seals.deltas)
            return [("ClosingEpochs", part.clear), ("Closing", closing)]
        case "ModelPart":
            var part = Chunks.Chunk()
            var reader = ProtoReader(value.span)
            try part.read(&reader)
            let name = String(decoding: key, as: UTF8.self)
            return [
                ("ModelRecord", part.clear), ("ModelContent", try whole(part).opened(as: name, by: seals.models)),
            ]
        case "MemberState":
            var reader = ProtoReader(value.span)
            var sealed: [UInt8] = []
            while let field = try reader.next() {
                if field.number == 14 { sealed = try reader.bytes(field) } else { try reader.skip(field) }
            }
            return [("MemberState", try sealer(topic, seals).opened(sealed, key))]
        case "SnapshotPart":
            var member = StateRecord.Members()
            let sealer = sealer(topic, seals)
            guard
                case .part(let side, let number, let part)? = try StateRecord.read(
                    key: key.span, value: value.span, by: sealer, into: &member)
            else { return [] }
            return [("SnapshotHeader", try whole(part).opened(as: "\(side) \(number)", by: sealer))]
        default: return []
        }
    }

    private static func sealer(_ topic: SimulatedKafka.Topic, _ seals: SimulatedSeals) -> RecordSealer {
        guard case .state(let partition) = topic else { return seals.deltas }
        return seals.state(.input(partition))
    }

    private static func whole(_ part: Chunks.Chunk) throws -> Chunks.Whole {
        var assembly = Chunks.Assembly(number: 0, firstOffset: 0)
        guard let whole = try assembly.add(part) else { throw Finding("a record is in several parts") }
        return whole
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
        #expect(counts.count == 10 && counts.allSatisfy { $0 > 20 }, "\(verdict)")
    }

    @Test("a record of a newer format or an invalid one is refused")
    func foreign() throws {
        var member = StateRecord.Members()
        let key = [UInt8](repeating: 7, count: 16)
        let sealer = SimulatedSeals(Simulation.key, partitions: 1).state(.input(0))
        func piece(_ key: [UInt8], _ value: [UInt8]?) throws(StateRecord.Failure) -> StateRecord.Content? {
            guard let value else { return try StateRecord.read(key: key.span, value: nil, by: sealer, into: &member) }
            return try StateRecord.read(key: key.span, value: value.span, by: sealer, into: &member)
        }
        #expect(throws: StateRecord.Failure.newer(format: 9)) { try piece(key, [8, 9]) }
        #expect(throws: StateRecord.Failure.newer(format: 9)) { try piece(Array("whole".utf8), [8, 9]) }
        #expect(throws: StateRecord.Failure.damaged) { try piece(key, [255]) }
        #expect(throws: StateRecord.Failure.damaged) { try piece(Array("what".utf8), [8, 1]) }
        // Of the first format, with a topic in clear.
        #expect(throws: StateRecord.Failure.older(format: 1)) { try piece(key, [8, 1, 82, 1, 5]) }
        #expect(throws: StateRecord.Failure.older(format: 1)) { try piece(Array("whole".utf8), [8, 1]) }
        #expect(throws: StateRecord.Failure.older(format: 1)) { try piece(Array("a/0".utf8), [48, 1, 16, 1]) }
        #expect(throws: StateRecord.Failure.impossible(SealBroken.text)) { try piece(key, [8, 2, 114, 1, 5]) }
        // A topic without a weight.
        var value: [UInt8] = []
        StateRecord.seal(StateRecord.pseudonym(key.span), by: sealer, &value) { $0 += [82, 1, 5] }
        #expect(throws: StateRecord.Failure.damaged) { try piece(key, value) }
        guard case .removed = try piece(key, nil) else {
            Issue.record("a null removes")
            return
        }
    }
}
