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
