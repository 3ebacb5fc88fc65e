import Foundation
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalReplay

@Suite("Reading a file of events record by record")
struct EventFileReaderTests {
    private static let line = #"{"user_id":"u","event_time_ms":1700000000000}"#

    private func records(_ reader: EventFileReader) throws -> [[UInt8]] {
        var (record, all): ([UInt8], [[UInt8]]) = ([], [])
        while try reader.next(into: &record) { all.append(record) }
        return all
    }

    @Test("lines come one by one without a byte order mark, the last one also without a newline")
    func lines() throws {
        let folder = try TemporaryFolder()
        let line = Array(Self.line.utf8)
        let marked = try folder.file("marked", Data(WatchEventFile.mark + line + [10, 10] + line))
        let reader = try EventFileReader(marked)
        #expect(try reader.recognize() == .json)
        #expect(try records(reader) == [line, [], line])
        #expect(try records(EventFileReader(try folder.file("empty", Data()))).isEmpty)
    }

    /// Ten events, compressed.
    private static let packed =
        "KLUv/WDeAoUDACLFEhiAqw7of8r2G5oV6jwJeWKAgQVRqRzULD1GwYhBCJYComU8ZbtW2OGlLLJfU+PT7qp2Ol3kBPZ7npC/H+0USmbpp299e5"
        + "SuYVoPBQ4gkJe2ATLJT/cn9pP86X5iP8mf7mtiZp4Wd1vTcEyttXs="

    @Test(
        "a file that was compressed with zstd is read as the plain one, also if it has several frames",
        arguments: [7, 1 << 20])
    func zstd(step: Int) throws {
        let folder = try TemporaryFolder()
        let frame = try #require(Data(base64Encoded: Self.packed))
        let reader = try EventFileReader(try folder.file("frames", frame + frame), step: step)
        #expect(try reader.recognize() == .json)
        let lines = try records(reader).map { String(decoding: $0, as: UTF8.self) }
        #expect(lines.count == 20 && lines[0] == lines[10])
        #expect(lines.last?.hasPrefix(#"{"user_id":"u9","topics":["a"]"#) == true)
        for (name, bytes, problem) in [
            ("truncated", frame.dropLast(5), "the zstd stream is truncated"),
            ("damaged", frame.prefix(30) + Data([0xFF, 0xFF]) + frame.dropFirst(32), "the zstd stream is damaged: "),
            ("other", frame + Data("{}".utf8), "the zstd stream is damaged: "),
        ] {
            let reader = try EventFileReader(try folder.file(name, bytes), step: step)
            let error = #expect(throws: EventFileError.self) { try self.records(reader) }
            #expect(error?.description.contains(problem) == true, "\(name): \(error?.description ?? "")")
        }
    }

    @Test("messages come one by one across reads, and a message that is too long keeps its place")
    func messages() throws {
        let folder = try TemporaryFolder()
        var (event, message) = (WatchEvent(), [UInt8]())
        try WatchEventReader().read(Array(Self.line.utf8).span, into: &event)
        event.encode(into: &message)
        let long = [UInt8](repeating: 0x0A, count: 3 << 20)
        var writer = ProtoWriter()
        for bytes in [message, message, long, message] {
            writer.varint(UInt64(bytes.count))
            writer.bytes += bytes
        }
        let path = try folder.file("events.pb", Data(writer.bytes))
        for step in [50_000, 1 << 20] {
            let reader = try EventFileReader(path, step: step)
            #expect(try reader.recognize() == .protobuf)
            let all = try records(reader)
            #expect(all.map(\.count) == [message.count, message.count, WatchEvent.largestValue + 1, message.count])
            #expect(all.first == message && all.last == message)
        }
    }

    @Test("a file of another format is refused with its name")
    func formats() throws {
        let folder = try TemporaryFolder()
        for (name, content) in [("array", "[\(Self.line)]"), ("table", "user_id,event_time_ms\nu,5\n")] {
            let reader = try EventFileReader(try folder.file(name, content))
            let error = #expect(throws: EventFileError.self) { _ = try reader.recognize() }
            #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
        }
    }
}
