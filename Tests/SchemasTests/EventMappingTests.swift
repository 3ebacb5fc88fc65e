import Testing

@testable import ShoalSchemas

@Suite("Reading events after a mapping")
struct EventMappingTests {
    /// Reads an event, and returns viewer, video, topics, watched, duration and time as a line.
    private func read(_ json: String, _ mapping: String) throws -> String {
        var event = WatchEvent()
        try reader(mapping).read(Array(json.utf8).span, into: &event)
        return line(event)
    }

    /// Returns the events of a batch as lines.
    private func readEach(_ json: String, _ mapping: String) throws -> [String] {
        var (event, lines) = (WatchEvent(), [String]())
        try reader(mapping).readEach(Array(json.utf8).span, into: &event) { lines.append(line($0)) }
        return lines
    }

    private func reader(_ mapping: String) throws -> WatchEventReader {
        var (options, map) = (WatchEventReader.Options(), EventMapping())
        try map.apply(mapping)
        options.mapping = map
        return WatchEventReader(options: options)
    }

    private func line(_ event: borrowing WatchEvent) -> String {
        func text(_ range: Range<Int>) -> String { String(decoding: event.text[range], as: UTF8.self) }
        let topics = event.topics.map { "\(text($0.name))×\($0.weight)" }.joined(separator: "+")
        return "\(text(event.viewer)) \(text(event.video)) \(topics) \(event.watched)/\(event.duration) @\(event.time)"
    }

    private func refusal(_ json: String, _ mapping: String) -> Rejection? {
        do {
            _ = try read(json, mapping)
            return nil
        } catch {
            return error as? Rejection
        }
    }

    @Test("paths lead through objects and lists, and unknown fields are skipped")
    func paths() throws {
        let json = #"""
            {"x":[{"user":1}],"user":{"id":17,"name":"n"},"items":[{"genre":"a"},{"no":1},{"genre":"b"},null],
            "at":1700000000000,"content":{"id":"v","more":{"deep":[1,{"user":2}]}},"n":null}
            """#
        let mapping = "viewer=user.id,video=content.id,topics=items[].genre,time=at"
        #expect(try read(json, mapping) == "17 v a×65536+b×65536 60000/0 @1700000000000")
        let dotted = #"{"a.b":"u","c,d":{"e[f":["t"]},"g\\h":1700000000000}"#
        #expect(
            try read(dotted, #"viewer=a\.b,topics=c\,d.e\[f,time=g\\h"#) == "u  t×65536 60000/0 @1700000000000")
    }

    @Test(
        "topics are a list of strings or objects, one string, or several in one string",
        arguments: [
            (#"["a"," b ",7,null,{"name":"c","weight":0.5}]"#, "t", "a×65536+b×65536+7×65536+c×32768"),
            (#""a | b||c|""#, "t split pipe", "a×65536+b×65536+c×65536"), (#""a, b""#, "t", "a, b×65536"),
            (#""a::b::a""#, "t split ::", "a×131072+b×65536"),
            (#"["a,b","c"]"#, "t split comma", "a×65536+b×65536+c×65536"),
            (#""""#, "t split comma", ""), ("[]", "t", ""), ("12", "t", "12×65536"),
        ])
    func topics(json: String, path: String, expected: String) throws {
        let line = #"{"u":"u","t":\#(json),"at":1700000000000}"#
        #expect(try read(line, "viewer=u,time=at,topics=\(path)") == "u  \(expected) 60000/0 @1700000000000")
    }

    @Test(
        "times have a unit",
        arguments: [
            ("1700000000", "s", 1_700_000_000_000), ("1700000000.1239", "s", 1_700_000_000_123),
            (#""1700000000""#, "s", 1_700_000_000_000), ("1.7e9", "s", 1_700_000_000_000),
            ("1700000000123", "ms", 1_700_000_000_123), ("1700000000123999", "us", 1_700_000_000_123),
            ("1700000000123999999", "ns", 1_700_000_000_123),
            (#""2023-11-14T22:13:20Z""#, "iso8601", 1_700_000_000_000),
            (#""2023-11-14T23:13:20.1234+01:00""#, "iso8601", 1_700_000_000_123),
            (#""2023-11-14 17:13:20-0500""#, "iso8601", 1_700_000_000_000),
            (#""20231114T221320Z""#, "iso8601", 1_700_000_000_000),
            (#""2023-11-14 22:13""#, "iso8601", 1_699_999_980_000),
            (#""2024-02-29""#, "iso8601", 1_709_164_800_000),
            (#""2023-11-14 22:13:20 UTC""#, "iso8601", 1_700_000_000_000),
            (#""14.11.2023 22:13:20""#, "dmy", 1_700_000_000_000), (#""14.11.23""#, "dmy", 1_699_920_000_000),
            (#""14/11/2023, 22:13""#, "dmy", 1_699_999_980_000),
            (#""14-11-2023T23:13:20.1+01:00""#, "dmy", 1_700_000_000_100),
            (#""11/14/2023 10:13:20 PM""#, "mdy", 1_700_000_000_000),
            (#""11/14/23 12:13am""#, "mdy", 1_699_920_780_000), (#""2/29/24""#, "mdy", 1_709_164_800_000),
            (#""1.2.05""#, "dmy", 1_107_216_000_000),
        ])
    func times(json: String, unit: String, expected: Int64) throws {
        let line = #"{"u":"u","t":"a","at":\#(json)}"#
        #expect(try read(line, "viewer=u,topics=t,time=at as \(unit)") == "u  a×65536 60000/0 @\(expected)")
    }

    @Test(
        "what is no time is refused",
        arguments: [
            #""yesterday""#, #""2023-02-29""#, #""2023-13-01""#, #""2023-11-14T25:00:00Z""#, "17", "true",
            #""2023-11-14T22:13:20+1""#, #""2023-11-14T22:13:20Zx""#,
        ])
    func badTimes(json: String) {
        let line = #"{"u":"u","t":"a","at":\#(json)}"#
        #expect(refusal(line, "viewer=u,topics=t,time=at as iso8601") == .badField)
    }

    @Test(
        "what is no date as people write it is refused",
        arguments: [
            #""29.2.2023""#, #""14.11""#, #""14.11.2023 25:00""#, #""14.11.2023 9""#, #""14.13.2023""#,
            #""14.11-2023""#,
            #""14.11.2023 13:00 PM""#, #""14.11.023""#, "14", #""14.11.2023 22:13:20 x""#,
        ])
    func badDates(json: String) {
        #expect(refusal(#"{"u":"u","t":"a","at":\#(json)}"#, "viewer=u,topics=t,time=at as dmy") == .badField)
    }

    @Test(
        "a text that is no length, or has a comma that is no decimal one, is refused",
        arguments: [
            (#""45""#, "words"), (#""45 parsecs""#, "words"), (#""min""#, "words"), (#""1:20 h""#, "words"),
            (#""1,200.5""#, "s"), (#""1,""#, "s"), (#"",5""#, "s"), (#""1,2,3""#, "s"),
        ])
    func badLengths(json: String, unit: String) {
        let line = #"{"u":"u","t":"a","at":1700000000000,"w":\#(json)}"#
        #expect(refusal(line, "viewer=u,topics=t,time=at,watched=w as \(unit)") == .badField)
    }

    @Test(
        "lengths have a unit, and a share is that of the duration",
        arguments: [
            ("90", "90", "w as s,duration=d as s", "90000/90000"),
            ("1.5", "2", "w as min,duration=d as min", "90000/120000"),
            (#""0:01:30""#, #""2:00""#, "w as clock,duration=d as clock", "90000/120000"),
            (#""45.5""#, #""1:00:00""#, "w as clock,duration=d as clock", "45500/3600000"),
            (#""PT1M30S""#, #""P1DT1H""#, "w as iso8601,duration=d as iso8601", "90000/90000000"),
            ("0.25", "1000", "w as share,duration=d", "250/1000"),
            (#""45 min""#, #""1 h 20 min""#, "w as words,duration=d as words", "2700000/4800000"),
            (#""1h02m03s""#, #""1,5 Hours""#, "w as words,duration=d as words", "3723000/5400000"),
            (#""90 sec.""#, #""2 mins, 30 s""#, "w as words,duration=d as words", "90000/150000"),
            (#""1,5""#, #""2,25""#, "w as min,duration=d as min", "90000/135000"),
            (#""0,25""#, #""1000,7""#, "w as share,duration=d", "250/1000"),
            ("25", "1000", "w as percent,duration=d", "250/1000"),
            ("0.25", "null", "w as share", "150000/600000"), ("1", "5000", ",duration=d", "5000/5000"),
            ("1", "5000", "700 as constant,duration=d", "700/5000"),
            ("3", "1", "w as s,duration=90000 as constant", "3000/90000"),
        ])
    func lengths(watched: String, duration: String, mapping: String, expected: String) throws {
        let line = #"{"u":"u","t":"a","at":1700000000000,"w":\#(watched),"d":\#(duration)}"#
        #expect(
            try read(line, "viewer=u,topics=t,time=at,watched=\(mapping)") == "u  a×65536 \(expected) @1700000000000")
    }

    @Test("a condition leaves records out, and an object without its field too")
    func condition() throws {
        let mapping = "viewer=u,topics=t,time=at,where=e.kind:watch|12|true"
        for kind in [#""watch""#, "12", "true"] {
            let line = #"{"u":"u","t":"a","at":1700000000000,"e":{"kind":\#(kind)}}"#
            #expect(try read(line, mapping) == "u  a×65536 60000/0 @1700000000000")
        }
        for rest in [#","e":{"kind":"click"}"#, #","e":{"kind":["watch"]}"#, #","e":7"#, ""] {
            #expect(refusal(#"{"u":"u","t":"a","at":1700000000000\#(rest)}"#, mapping) == .excluded)
        }
    }

    /// Reads an event of a topic, and returns viewer, topics and time as a line.
    private func read(
        _ json: String, key: String?, headers: [(name: String, value: [UInt8])], _ mapping: String
    ) throws -> String {
        var (options, event) = (WatchEventReader.Options(), WatchEvent())
        options.mapping = try EventMapping(mapping)
        let reader = WatchEventReader(options: options)
        if let key {
            try reader.read(Array(json.utf8).span, key: Array(key.utf8).span, headers: headers, into: &event)
        } else {
            try reader.read(Array(json.utf8).span, key: nil, headers: headers, into: &event)
        }
        func text(_ range: Range<Int>) -> String { String(decoding: event.text[range], as: UTF8.self) }
        return "\(text(event.viewer)) \(event.topics.map { text($0.name) }.joined(separator: "+")) @\(event.time)"
    }

    @Test("fields are read from the key and from headers")
    func recordParts() throws {
        let headers: [(name: String, value: [UInt8])] = [
            ("tags", Array("a, b".utf8)), ("x.at", Array("1700000000.5".utf8)), ("tags", Array("\"c\"\\\n".utf8)),
            ("kind", Array("watch".utf8)), ("none", []),
        ]
        let mapping =
            "viewer=key,topics=headers.tags split comma,time=headers.x.at as s,video=headers.none,where=headers.kind:watch"
        #expect(try read("{}", key: "u\"1", headers: headers, mapping) == "u\"1 a+b+c\"\\ @1700000000500")
        // A value that is no JSON is not read if the condition in a header is not met.
        #expect(throws: Rejection.excluded) {
            try read("no JSON", key: "u", headers: [("kind", Array("click".utf8))], mapping)
        }
        #expect(throws: Rejection.excluded) { try read("{}", key: "u", headers: [], mapping) }
        #expect(throws: Rejection.missingViewer) { try read("{}", key: nil, headers: headers, mapping) }
        #expect(throws: Rejection.badUTF8) {
            try read("{}", key: "u", headers: headers + [("tags", [0xC3, 0x28])], mapping)
        }
        #expect(throws: Rejection.keyMismatch) {
            try read(
                #"{"u":"other"}"#, key: "u", headers: headers, "viewer=u,topics=headers.tags,time=headers.x.at as s")
        }
    }

    @Test("a backslash makes the names of parts of a record those of fields")
    func escapedParts() throws {
        let mapping = #"viewer=\key,topics=\headers.tags,time=headers.at as s"#
        #expect(
            try read(
                #"{"key":"u","headers":{"tags":["a"],"at":1}}"#, key: "u", headers: [("at", Array("1700000000".utf8))],
                mapping) == "u a @1700000000000")
        #expect(try EventMapping(mapping).text == mapping)
        #expect(try EventMapping(mapping).recordParts == ["headers.at"])
        #expect(FieldPath([.init(name: "key")]).text == #"\key"#)
        #expect(FieldPath("headers.x[]") == nil && FieldPath("headers")?.recordPart == nil)
        #expect(throws: EventMappingError.self) { try EventMapping("viewer=key,video=key,topics=t,time=at") }
    }

    @Test("each element of a batch is an event with the fields around it")
    func batch() throws {
        let json = #"{"e":[{"t":"a","at":1700000000000},{"t":"b","at":1700000000001}],"u":"u"}"#
        let mapping = "viewer=u,topics=e[].t,time=e[].at,batch=e[]"
        #expect(
            try readEach(json, mapping) == ["u  a×65536 60000/0 @1700000000000", "u  b×65536 60000/0 @1700000000001"])
        #expect(try readEach(#"{"e":[],"u":"u"}"#, mapping) == [])
        #expect(try readEach(#"{"u":"u"}"#, mapping) == [])
    }

    @Test("an event of a batch has no fields of the one before it")
    func independence() throws {
        let json = #"""
            {"d":{"items":[{"t":["a","x"],"len":5,"k":"w","u":{"id":1}},null,{"t":["b"],"k":"w","u":{"id":2}},
            {"t":["c"],"k":"no","u":{"id":3}}]},"tags":["x"],"at":1700000000000}
            """#
        let mapping = "viewer=d.items[].u.id,topics=d.items[].t,duration=d.items[].len,time=at,batch=d.items[]"
        #expect(
            try readEach(json, mapping + ",where=d.items[].k:w") == [
                "1  a×65536+x×65536 5/5 @1700000000000", "2  b×65536 60000/0 @1700000000000",
            ])
        var (event, seen) = (WatchEvent(), 0)
        let broken = json.replacing(#""u":{"id":3}"#, with: #""u":{"no":3}"#)
        let reader = try reader(mapping)
        #expect(throws: Rejection.missingViewer) {
            try reader.readEach(Array(broken.utf8).span, into: &event) { _ in seen += 1 }
        }
        #expect(seen == 2 && event.fault(.missingViewer).field == .viewer)
    }

    @Test("an invalid object is refused as in the native form")
    func invalid() {
        let mapping = "viewer=u,topics=t,time=at"
        #expect(refusal(#"{"u":"u","t":["a"],"at":1700000000000"#, mapping) == .badJSON)
        #expect(refusal(#"["u"]"#, mapping) == .badJSON)
        #expect(refusal(#"{"t":["a"],"at":1700000000000}"#, mapping) == .missingViewer)
        #expect(refusal(#"{"u":"u","t":["a"]}"#, mapping) == .missingTime)
        #expect(refusal(#"{"u":{"x":1},"t":["a"],"at":1700000000000}"#, mapping) == .badField)
        #expect(refusal(#"{"u":"u","t":[["a"]],"at":1700000000000}"#, mapping) == .badField)
    }

    @Test(
        "the text form is read back",
        arguments: [
            "viewer=user.id,topics=tags split pipe,watched=p as percent,duration=d as s,time=at as iso8601",
            #"viewer=a\.b\,c,topics=x[].y,time=at,where=e:a|b"#, "viewer=u,topics=e[].t,time=e[].at as s,batch=e[]",
            "viewer=u,topics=t split ::,watched=5000 as constant,time=at as ns,id=i",
            "viewer=u,topics=t,watched=w as words,time=at as dmy", "viewer=u,topics=t,time=at as mdy",
        ])
    func text(mapping: String) throws {
        var map = EventMapping()
        try map.apply(mapping)
        #expect(map.text == mapping)
        var corrected = map
        try corrected.apply("id=,video=v")
        #expect(corrected[.id] == nil && corrected[.video]?.path.text == "v")
    }

    @Test(
        "mistakes are named",
        arguments: [
            ("user=u", "user: must be one of viewer"), ("viewer", "viewer: must be FIELD=PATH"),
            ("time=at as h", "the unit must be one of dmy, iso8601, mdy, ms, ns, s, us"),
            ("viewer=u as s", "has no unit"),
            ("viewer=a..b", "is not a path"), ("viewer=a[0]", "is not a path"), ("watched=x as constant", "a constant"),
            ("where=event", "must be PATH:VALUE"), ("batch=events", "must be the path of a list"),
        ])
    func mistakes(mapping: String, message: String) {
        var map = EventMapping()
        let error = #expect(throws: EventMappingError.self) { try map.apply(mapping) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}
