import Foundation
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Invalid records", .serialized)
    struct BadInputTests {
        private static let time = #""event_time_ms":1700000000000"#

        /// A record for each reason. All belong to the viewer `bad`, unless the key is the reason.
        static let records: [Rejection: (key: [UInt8]?, value: [UInt8]?)] = {
            func json(_ fields: String) -> (key: [UInt8]?, value: [UInt8]?) {
                (Array("bad".utf8), Array(#"{"user_id":"bad",\#(fields)}"#.utf8))
            }
            func bytes(_ bytes: [UInt8]) -> (key: [UInt8]?, value: [UInt8]?) { (Array("bad".utf8), bytes) }
            let topics = (0...256).map { "\"t\($0)\"" }.joined(separator: ",")
            let long = String(repeating: "x", count: 1_025)
            return [
                .noViewerToErase: (nil, nil),
                .badJSON: json("\(time),"),
                .badField: json(#"\#(time),"topics":"chess,go""#),
                .implausibleTime: json(#""event_time_ms":1700000000"#),
                .badProtobuf: bytes([0x0A, 0xFF, 0xFF]),
                .badFrame: bytes([0, 0, 0, 0]),
                .badUTF8: bytes(
                    Array(#"{"user_id":"bad","video_id":""#.utf8) + [0xC3, 0x28] + Array("\",\(time)}".utf8)),
                .missingViewer: bytes(Array("{\(time)}".utf8)),
                .keyMismatch: (Array("other".utf8), Array(#"{"user_id":"bad",\#(time)}"#.utf8)),
                .missingTime: json(#""watched_ms":1"#),
                .timeOutOfRange: json(#""event_time_ms":253402300800000"#),
                .negativeWatched: json(#"\#(time),"watched_ms":-1"#),
                .numberOutOfRange: json(#"\#(time),"watched_ms":9007199254740993"#),
                .badWeight: json(#"\#(time),"topics":[{"name":"chess","weight":-0.5}]"#),
                .missingTopicName: json(#"\#(time),"topics":[""]"#),
                .valueTooLarge: json(#"\#(time),"more":"\#(String(repeating: "x", count: 1_200_000))""#),
                .tooManyTopics: json("\(time),\"topics\":[\(topics)]"),
                .topicTooLong: json("\(time),\"topics\":[\"\(long.prefix(257))\"]"),
                .idTooLong: json(#"\#(time),"event_id":"\#(long)""#),
            ]
        }()

        private func application(_ settings: [String: String] = [:]) async throws -> Application {
            let broker = try await TestBroker.shared()
            let application = try Application(broker, "bad", topics: InputStream.topics, settings: settings)
            let admin = try Admin(broker.configuration())
            let errors = try await admin.create([
                .init(application.input, partitions: 2, configuration: ["max.message.bytes": "4000000"])
            ])
            #expect(errors.isEmpty, "\(errors)")
            try await application.createTopics(partitions: 2)
            return application
        }

        @Test("each rejected record gets one dead letter with its position, and its partition continues")
        func reasons() async throws {
            // Only erasures are rejected for their partition: PartitionerCommandTests. Only mappings exclude records.
            #expect(Set(Self.records.keys) == Set(Rejection.allCases).subtracting([.wrongPartition, .excluded]))
            let application = try await application()
            let events = InputStream(seed: 3, viewers: 160, epochs: 6, watches: 1, clean: true).records
            var all: [InputStream.Record] = []
            let bad = Self.records.sorted { $0.key.rawValue < $1.key.rawValue }
            for (index, event) in events.enumerated() {
                all.append(event)
                guard index % 30 == 0, index / 30 < bad.count else { continue }
                let (reason, record) = bad[index / 30]
                all.append(.init(key: record.key, value: record.value, rejection: reason))
            }
            try InputStream.publish(all, to: application.input, application.broker)
            // The instance is restarted halfway. Each dead letter must still appear exactly once.
            let instance = try application.start()
            try await application.waitForModels(2, instance)
            #expect(try await instance.stop() == 0)
            try await application.run()
            let checker = try await Checker(application)
            checker.checkModels()
            checker.checkChanges()
            let letters = try await application.records(of: application.deadLetters)
            let sent = Dictionary(
                grouping: checker.input.filter { $0.headers["expect"] != nil }, by: { $0.headers["expect"] ?? [] })
            #expect(letters.count == Self.records.count)
            for letter in letters {
                let reason = letter.headers["reason"] ?? []
                let record = try #require(sent[reason]?.first, "\(String(decoding: reason, as: UTF8.self))")
                #expect(letter.headers["partition"] == Array("\(record.partition)".utf8))
                #expect(letter.headers["offset"] == Array("\(record.offset)".utf8))
                #expect(letter.headers["original.expect"] == reason)
                #expect(letter.headers["expected"]?.isEmpty == false)
                if reason == Array("bad_field".utf8) {
                    #expect(letter.headers["field"] == Array("topics".utf8) && letter.headers["byte"] != nil)
                }
                #expect(letter.key == record.key)
                guard let value = record.value, value.count > DeadLetter.largest else {
                    #expect(letter.value == record.value && letter.headers["length"] == nil)
                    continue
                }
                #expect(value.starts(with: letter.value ?? []) && (letter.value ?? []).count > 900_000)
                #expect(letter.headers["length"] == Array("\(value.count)".utf8))
                #expect(letter.headers["sha256"] == Array(Hex.text(SHA256Digest.of(value.span)).utf8))
            }
        }

        @Test("with dead-letters.content=reason letters have no content, and the log names no viewer")
        func reasonOnly() async throws {
            let application = try await application(["dead-letters.content": "reason"])
            let events = InputStream(seed: 4, viewers: 120, epochs: 9, watches: 1, clean: true).records
            let bad = Self.records.sorted { $0.key.rawValue < $1.key.rawValue }.map { reason, record in
                InputStream.Record(key: record.key, value: record.value, rejection: reason)
            }
            try InputStream.publish(events[..<200] + bad + events[200...], to: application.input, application.broker)
            let instance = try application.start()
            try await application.settle([instance])
            #expect(try await instance.stop() == 0)
            let letters = try await application.records(of: application.deadLetters)
            #expect(letters.count == bad.count && letters.allSatisfy { $0.key == nil && $0.value == nil })
            let needed: Set = ["reason", "topic", "partition", "offset", "expected"]
            for letter in letters {
                let names = Set(letter.headers.keys)
                #expect(
                    names.isSuperset(of: needed) && names.isSubset(of: needed.union(["field", "byte"])), "\(names)")
            }
            #expect(
                Set(letters.compactMap { $0.headers["reason"] })
                    == Set(bad.compactMap { $0.rejection.map { Array($0.rawValue.utf8) } }))
            for word in ["viewer-", "newcomer-", "\"user_id\"", "\"bad\"", "xxxxxx"] {
                #expect(!instance.log.contains(word), "\(word) is in the log")
            }
            for topic in [application.output, application.members] {
                let records = try await application.records(of: topic)
                #expect(
                    !records.isEmpty
                        && records.allSatisfy { !$0.keyText.contains("viewer") && !$0.valueText.contains("viewer-") })
            }
        }

        @Test("values, keys and headers that are too large are truncated")
        func large() async throws {
            let application = try await application()
            let producer = try Producer(application.broker.configuration(["message.max.bytes": "4000000"]))
            let key = [UInt8](repeating: 0x6B, count: 800_000)
            let value = [UInt8](repeating: 0x7B, count: 1_500_000)
            let headers = (0..<40).map { (name: "h\($0)", value: [UInt8](repeating: 0x68, count: 10_000)) }
            try producer.produce(
                to: application.input, partition: 0, key: key.span, value: value.span, headers: headers)
            try producer.flush(timeout: .seconds(20))
            let events = InputStream(seed: 5, viewers: 60, epochs: 2, watches: 1, clean: true).records
            try InputStream.publish(events, to: application.input, application.broker)
            try await application.run()
            let letters = try await application.records(of: application.deadLetters)
            let letter = try #require(letters.first)
            #expect(letters.count == 1 && letter.headers["reason"] == Array("value_too_large".utf8))
            let kept = letter.headers.filter { $0.key.hasPrefix("original.h") }
            #expect(kept.count == 6 && letter.headers["dropped_headers"] == Array("34".utf8))
            #expect(letter.headers["key_length"] == Array("800000".utf8) && letter.key?.count == DeadLetter.largestKey)
            #expect(letter.headers["key_sha256"] == Array(Hex.text(SHA256Digest.of(key.span)).utf8))
            #expect(letter.headers["length"] == Array("1500000".utf8))
            #expect((letter.value?.count ?? 0) + (letter.key?.count ?? 0) <= DeadLetter.largest)
        }
    }
}
