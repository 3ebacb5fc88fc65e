import ShoalClustering
import ShoalSchemas
import Testing

@testable import ShoalPipeline
@testable import ShoalReplay

@Suite("Chunks of events")
struct EventChunkTests {
    private static let key = PrivacyKey(hex: String(repeating: "0b", count: 32))

    /// Returns a watch event whose fields are in random order, with the viewer between topics, and with unknown fields.
    private static func message(_ draws: inout SplitMix64) -> [UInt8] {
        let number = draws.next()
        var fields: [[UInt8]] = []
        func add(_ body: (inout ProtoWriter) -> Void) {
            var writer = ProtoWriter()
            body(&writer)
            fields.append(writer.bytes)
        }
        if number % 3 > 0 { add { $0.field(1, bytes: Array("event \(number)".utf8)[...]) } }
        add { $0.field(2, bytes: Array("viewer \(number % 7)".utf8)[...]) }
        for topic in 0..<number % 5 {
            let weight = number % 4 > 0 ? nil : Double(topic)
            add {
                $0.message(4) { writer in
                    writer.field(1, bytes: Array("topic \(number % 11 + topic)".utf8)[...])
                    if let weight { writer.present(2, double: weight) }
                }
            }
        }
        add { $0.field(5, Int64(number % 1_000)) }
        add { $0.present(7, Int64(number % 1_000_000)) }
        if number % 2 > 0 { add { $0.field(99, bytes: Array("viewer, once more".utf8)[...]) } }
        for place in fields.indices.reversed() where place > 0 {
            fields.swapAt(place, Int(draws.next() % UInt64(place + 1)))
        }
        return fields.flatMap(\.self)
    }

    private struct Plain: Equatable {
        var head: [Int64]
        var id: UInt64?
        var member: Pseudonym
        var order: UInt64
        var topics: [String]

        init(_ event: EngineEvent) {
            head = [event.watched, event.duration, event.time]
            (id, member, order) = (event.id, event.member, event.order)
            topics = event.topics.map { "\(String(decoding: event.text[$0.name], as: UTF8.self)): \($0.weight)" }
        }
    }

    private static func events(_ chunk: EventChunk) -> [Plain] {
        var (reader, event, found) = (EventChunk.Reader(chunk), EngineEvent(), [Plain]())
        while reader.next(&event) { found.append(Plain(event)) }
        return found
    }

    @Test("events equal those read one by one, also through a file, which contains no viewer names")
    func roundTrip() throws {
        let key = try #require(Self.key)
        var options = WatchEventReader.Options()
        options.timeRange = .any
        var (one, many) = (Intake(key: key, options: options), Intake(key: key, options: options))
        var draws = SplitMix64(seed: 5)
        // Memory that is used again may hold names.
        _ = (0..<64).map { Array(String(repeating: "viewer", count: 1_000 << ($0 % 8)).utf8) }
        var (chunk, expected) = (EventChunk(), [Plain]())
        for _ in 0..<2_000 {
            let message = Self.message(&draws)
            guard case .event = one.read(message.span) else {
                #expect(Bool(false), "no event: \(message)")
                continue
            }
            expected.append(Plain(one.event))
            #expect(many.decode(message.span) == nil)
            let viewer = many.viewerHash
            chunk.append(many.buffer, id: many.id(viewer), viewer: viewer)
        }
        chunk.identify(&many)
        #expect(Self.events(chunk) == expected)
        let bytes = chunk.bytes
        #expect(Self.events(EventChunk(bytes)) == expected)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("viewer"))
        #expect(String(decoding: bytes, as: UTF8.self).contains("topic"))
    }
}
