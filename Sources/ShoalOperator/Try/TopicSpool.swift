import ShoalClient
import ShoalKafka
package import ShoalOperations
import ShoalPipeline
package import ShoalReplay
import ShoalSchemas

/// The values of a topic's records in a temporary file without a name, so that they are read like a file. It is gone with
/// the process.
final class TopicSpool {
    private let file: SpillFile
    private var buffer: [UInt8] = []
    private var records = 0
    /// Whether the values are JSON, by the first one.
    private var isText: Bool?
    private static let piece = 1 << 20

    /// - Throws: `ReplayError` if no file can be created in the temporary directory (`TMPDIR`).
    init() throws(ReplayError) {
        file = try SpillFile()
    }

    /// Reads all records of a topic as they are now, at most those that are tried.
    /// - Parameter isNewest: Whether the newest records of a longer topic are read, instead of the first ones.
    /// - Throws: `KafkaError`; `PipelineError` if a transaction is open there; `UnknownTopic`.
    func read(_ topic: String, _ kafka: ClientConfiguration, isNewest: Bool) async throws {
        guard var ranges = try await Admin(kafka).ranges(of: topic) else { throw UnknownTopic(topic: topic) }
        if isNewest { ranges = ranges.newest(TryInput.most) }
        var line = ProgressLine()
        try await RangeReader(kafka, isShort: false).readWhole(ranges) { batch, index in
            guard records < TryInput.most, let value = batch.valueBytes(index) else { return }
            try add(value)
            if line.isDue { line.show(line: "\(Formatting.number(records)) records of \(topic) are read") }
        }
        line.clear()
        try flush()
    }

    private func add(_ value: [UInt8]) throws {
        let payload = Self.payload(value)
        let begins = payload.first { !" \t\r\n".utf8.contains($0) }
        let isText = isText ?? (begins == UInt8(ascii: "{") || begins == UInt8(ascii: "["))
        self.isText = isText
        records += 1
        if isText {
            // Line breaks between the parts of a value are white space.
            buffer += payload.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
            buffer.append(0x0A)
        } else {
            buffer.append(varint: UInt64(value.count))
            buffer += value
        }
        if buffer.count >= Self.piece { try flush() }
    }

    /// Returns JSON without the frame of a schema registry.
    private static func payload(_ value: [UInt8]) -> ArraySlice<UInt8> {
        value.first == 0 && value.count > 5 ? value[5...] : value[...]
    }

    private func flush() throws {
        try file.append(buffer)
        buffer = []
    }

    /// Reads the events.
    /// - Parameter name: The name in messages and commands.
    func input(_ name: String, corrections: [String]) throws -> TryInput {
        try TryInput(file.path, named: name, corrections: corrections)
    }
}

extension TryInput {
    /// Reads a file, or the values of the records of a topic like a file: one of the two.
    /// - Throws: as `init(_:named:corrections:)`; `UsageError`; `KafkaError`; `PipelineError`; `UnknownTopic`.
    package init(
        file: String?, topic: String?, corrections: [String], _ configuration: () throws -> Configuration
    ) async throws {
        switch (file, topic) {
        case (let path?, nil): self = try Self.read(corrections) { try TryInput(path, corrections: $0) }
        case (nil, let topic?):
            try await self.init(
                topic, named: "--topic \(topic)", corrections: corrections, isNewest: false, configuration())
        case (nil, nil): throw UsageError(description: "FILE is missing; --topic T reads a topic (see --help)")
        case (let path?, .some): throw UsageError(description: "either \(path) or --topic, not both")
        }
    }

    /// Reads the values of the records of a topic like a file.
    /// - Parameters:
    ///   - name: The name in messages and commands.
    ///   - isNewest: Whether the newest records of a longer topic are read, instead of the first ones.
    init(
        _ topic: String, named name: String, corrections: [String], isNewest: Bool, _ configuration: Configuration
    ) async throws {
        let spool = try TopicSpool()
        try await spool.read(topic, configuration.client(configuration.logger), isNewest: isNewest)
        self = try Self.read(corrections) { try spool.input(name, corrections: $0) }
    }

    private static func read(_ corrections: [String], _ read: ([String]) throws -> TryInput) throws -> TryInput {
        do {
            return try read(corrections)
        } catch let error as EventMappingError {
            throw UsageError(description: "--map \(error)")
        }
    }
}
