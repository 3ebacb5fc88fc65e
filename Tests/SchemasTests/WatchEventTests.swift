import Testing

@testable import ShoalSchemas

@Suite("Reading watch events")
struct WatchEventTests {
    @Test("a byte order mark in front of JSON is skipped, and in front of Protobuf it is an error")
    func mark() throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let value = mark + Array(#"{"user_id":"v","watched_ms":5,"event_time_ms":1700000000000}"#.utf8)
        for format in [WatchEventReader.Format.auto, .only(.json)] {
            var options = WatchEventReader.Options()
            options.format = format
            var event = WatchEvent()
            try WatchEventReader(options: options).read(value.span, into: &event)
            #expect(event.watched == 5)
        }
        var (event, message) = (WatchEvent(), mark)
        try WatchEventReader().read(value.span, into: &event)
        event.encode(into: &message)
        #expect(throws: Rejection.badProtobuf) { try WatchEventReader().read(message.span, into: &event) }
    }

    private func read(
        _ text: String, key: String? = "u", _ options: WatchEventReader.Options = .anyTime
    ) throws(Rejection) -> WatchEvent {
        try read(Array(text.utf8), key: key, options)
    }

    private func read(
        _ bytes: [UInt8], key: String? = "u", _ options: WatchEventReader.Options = .anyTime
    ) throws(Rejection) -> WatchEvent {
        var event = WatchEvent()
        let keyBytes = key.map { Array($0.utf8) } ?? []
        try WatchEventReader(options: options).read(
            bytes.span, key: key == nil ? nil : keyBytes.span, into: &event)
        return event
    }

    private func rejection(
        _ text: String, key: String? = "u", _ options: WatchEventReader.Options = .anyTime
    ) -> Rejection? {
        do throws(Rejection) {
            _ = try read(text, key: key, options)
            return nil
        } catch {
            return error
        }
    }

    private func names(_ event: WatchEvent) -> [String] {
        event.topics.map { String(decoding: event.text[$0.name], as: UTF8.self) }
    }

    @Test("the documented JSON form is read completely")
    func json() throws {
        let event = try read(
            #"""
            {"event_id":"e1","user_id":"u","video_id":"v","topics":["pets",{"name":"cats","weight":0.5}],
             "watched_ms":61802,"duration_ms":49866,"event_time_ms":1650812741436}
            """#)
        #expect(names(event) == ["pets", "cats"])
        #expect(event.topics.map(\.weight) == [65_536, 32_768])
        #expect(event.watched == 61_802 && event.duration == 49_866 && event.time == 1_650_812_741_436)
        #expect(Array(event.text[event.id]) == Array("e1".utf8))
    }

    @Test("nested unknown fields are skipped, and proto3's JSON names and numbers as strings are accepted")
    func lenient() throws {
        let event = try read(
            #"""
             { "x":[{"a":[1,2,{"b":null}]},"s\"}",true,-1.5e-3], "userId":"u" , "eventTimeMs":"1650812741436",
            "watchedMs": 6.5e2, "durationMs": null, "topics":[{"other":{},"name":"a"}]}
            """#)
        #expect(event.time == 1_650_812_741_436 && event.watched == 650 && event.duration == 0)
        #expect(names(event) == ["a"])
    }

    @Test("escapes are decoded, and surrogate pairs give one character")
    func escapes() throws {
        let event = try read(
            #"{"user_id":"\u0075","topics":["\ud83d\ude00\n","é"],"event_time_ms":1,"watched_ms":1}"#)
        #expect(names(event) == ["😀\n", "é"])
    }

    @Test("names of fields are the same with escapes, and any other name is skipped")
    func escapedNames() throws {
        let event = try read(
            #"{"us\u0065r_id":"u","é":1,"topics":[{"n\u0061me":"a","\n":2,"weight":2}],"event_time_ms":1,"watched_ms":1}"#
        )
        #expect(names(event) == ["a"] && event.topics.map(\.weight) == [1 << 17])
        #expect(throws: Rejection.badJSON) { try read("{\"us\u{1}er_id\":\"u\"}") }
        #expect(throws: Rejection.badJSON) { try read(#"{"user_id"#) }
    }

    @Test(
        "a weight is rounded exactly from its decimal digits",
        arguments: [
            ("1", 65_536), ("0.00000762939453125", 1), ("0.00000762939453124999999999999999", 0), ("2.5e-1", 16_384),
            ("65535.999999", 4_294_967_295), ("0", 0), ("-0.0", 0), ("1e-400", 0), ("0.1e1", 65_536),
            ("12345.678", 809_086_353),
        ] as [(String, UInt32)])
    func weights(text: String, expected: UInt32) throws {
        let event = try read(
            #"{"user_id":"u","topics":[{"name":"a","weight":\#(text)}],"event_time_ms":1,"watched_ms":1}"#)
        #expect(event.topics.map(\.weight) == [expected])
    }

    @Test("weights of a repeated topic are added, and topics keep the order of first appearance")
    func repeated() throws {
        let event = try read(
            #"{"user_id":"u","topics":["b","a",{"name":"b","weight":0.25}],"event_time_ms":1,"watched_ms":1}"#)
        #expect(names(event) == ["b", "a"])
        #expect(event.topics.map(\.weight) == [81_920, 65_536])
    }

    private static let valid = #""user_id":"u","event_time_ms":1,"watched_ms":1"#

    @Test(
        "an invalid watch event is rejected with its reason",
        arguments: [
            ("", .missingViewer), ("{", .badJSON), ("{}", .missingViewer), ("{\(valid)} x", .badJSON),
            (#"{"user_id":"v","event_time_ms":1}"#, .keyMismatch), (#"{"user_id":"u"}"#, .missingTime),
            (#"{"user_id":"u","event_time_ms":-1}"#, .timeOutOfRange),
            (#"{"user_id":"u","event_time_ms":253402300800000}"#, .timeOutOfRange),
            (#"{"user_id":"u","event_time_ms":99999999999999999999}"#, .timeOutOfRange),
            (#"{"user_id":"u","event_time_ms":1,"watched_ms":-5}"#, .negativeWatched),
            (#"{"user_id":"u","event_time_ms":1,"watched_ms":9007199254740993}"#, .numberOutOfRange),
            (#"{\#(valid),"topics":[{"name":"a","weight":-1}]}"#, .badWeight),
            (#"{\#(valid),"topics":[{"name":"a","weight":65536}]}"#, .badWeight),
            (#"{\#(valid),"topics":[{"name":"a","weight":1e99}]}"#, .badWeight),
            (#"{\#(valid),"topics":[{"name":"a","weight":NaN}]}"#, .badJSON),
            (#"{\#(valid),"topics":[""]}"#, .missingTopicName), (#"{\#(valid),"topics":[{}]}"#, .missingTopicName),
            (#"{\#(valid),"topics":["\ud800"]}"#, .badUTF8), (#"{\#(valid),"topics":[1]}"#, .badField),
        ] as [(String, Rejection)])
    func rejected(text: String, reason: Rejection) {
        #expect(rejection(text) == reason)
    }

    @Test("events beyond the limits are rejected")
    func limits() {
        let topics = (0..<257).map { "\"t\($0)\"" }.joined(separator: ",")
        #expect(rejection("{\(Self.valid),\"topics\":[\(topics)]}") == .tooManyTopics)
        let repeated = (0..<1_025).map { "\"t\($0 % 256)\"" }
        #expect(rejection("{\(Self.valid),\"topics\":[\(repeated.joined(separator: ","))]}") == .tooManyTopics)
        #expect(rejection("{\(Self.valid),\"topics\":[\(repeated.dropLast().joined(separator: ","))]}") == nil)
        let long = String(repeating: "x", count: 257)
        #expect(rejection("{\(Self.valid),\"topics\":[\"\(long)\"]}") == .topicTooLong)
        let id = String(repeating: "x", count: 1_025)
        #expect(rejection("{\(Self.valid),\"event_id\":\"\(id)\"}") == .idTooLong)
        #expect(rejection("{\"user_id\":\"\(id)\",\"event_time_ms\":1}", key: id) == .idTooLong)
        #expect(rejection(String(repeating: " ", count: 1 << 20) + "{}") == .valueTooLarge)
        let deep = String(repeating: "[", count: 1_000)
        #expect(rejection("{\"x\":\(deep)") == .badJSON)
    }

    @Test("invalid UTF-8 is rejected in both formats")
    func notUTF8() {
        let json = Array(#"{"user_id":"u","event_time_ms":1,"topics":[""#.utf8) + [0xFF] + Array(#""]}"#.utf8)
        #expect(throws: Rejection.badUTF8) { _ = try read(json) }
        #expect(throws: Rejection.badUTF8) { _ = try read([0x12, 1, 0xFF, 0x38, 1]) }
    }

    @Test("with input.viewer=key the key is the viewer, and user_id is optional")
    func viewerFromKey() throws {
        var options = WatchEventReader.Options.anyTime
        options.viewer = .key
        let event = try read(#"{"user_id":"other","event_time_ms":1}"#, key: "k", options)
        #expect(Array(event.text[event.viewer]) == Array("k".utf8))
        #expect(rejection(#"{"event_time_ms":1}"#, key: nil, options) == .missingViewer)
        #expect(rejection("", key: "k", options) == .missingTime, "an empty value is no event, and erases nobody")
    }

    @Test("both formats give the same event, also in a Confluent frame")
    func frames() throws {
        let event = try read(
            #"{"event_id":"e","user_id":"u","topics":["a",{"name":"b","weight":0.3}],"watched_ms":7,"event_time_ms":9}"#
        )
        var bytes: [UInt8] = []
        event.encode(into: &bytes)
        for prefix in [[], [0, 0, 0, 0, 5, 0], [0, 0, 0, 0, 5, 4, 2, 0]] as [[UInt8]] {
            let again = try read(prefix + bytes)
            #expect(names(again) == ["a", "b"])
            #expect(again.topics.map(\.weight) == event.topics.map(\.weight))
            #expect(again.watched == 7 && again.time == 9)
        }
        #expect(throws: Rejection.badFrame) { _ = try read([0, 0, 0]) }
        let framed = [0, 0, 0, 0, 5] + Array(#"{"user_id":"u","event_time_ms":9}"#.utf8)
        #expect(try read(framed).time == 9)
    }

    @Test("no input traps", arguments: [1, 2, 3, 4] as [UInt64])
    func hostile(seed: UInt64) {
        var state = seed
        func draw(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        let json = Array(
            #"{"event_id":"e","user_id":"u","topics":["a",{"name":"b\u00e9","weight":1.5e2}],"watched_ms":7,"event_time_ms":9}"#
                .utf8)
        let proto: [UInt8] = [
            10, 1, 101, 18, 1, 117, 34, 3, 10, 1, 97, 34, 12, 10, 1, 98, 17, 0, 0, 0, 0, 0, 0, 224, 63, 40, 7, 56, 9,
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = draw(2) == 0 ? json : proto
            for _ in 0...draw(4) {
                switch draw(3) {
                case 0: bytes[draw(bytes.count)] = UInt8(draw(256))
                case 1: bytes.removeLast(draw(min(bytes.count, 8)))
                default: bytes.insert(UInt8(draw(256)), at: draw(bytes.count))
                }
            }
            if (try? read(bytes)) != nil { accepted += 1 }
        }
        #expect(accepted > 100, "seed \(seed)")
    }
}
