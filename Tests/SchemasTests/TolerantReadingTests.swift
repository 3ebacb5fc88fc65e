import Testing

@testable import ShoalSchemas

@Suite("Reading events as producers send them")
struct TolerantReadingTests {
    private func read(
        _ bytes: [UInt8], key: String = "17", _ options: WatchEventReader.Options = .anyTime, timestamp: Int64? = nil
    ) -> (event: WatchEvent, fault: Fault?) {
        var event = WatchEvent()
        let key = Array(key.utf8)
        do throws(Rejection) {
            try WatchEventReader(options: options).read(bytes.span, key: key.span, timestamp: timestamp, into: &event)
            return (event, nil)
        } catch {
            return (event, event.fault(error))
        }
    }

    private func read(_ json: String, key: String = "17") -> (event: WatchEvent, fault: Fault?) {
        read(Array(json.utf8), key: key)
    }

    private func names(_ event: WatchEvent) -> [String] {
        event.topics.map { String(decoding: event.text[$0.name], as: UTF8.self) }
    }

    @Test("fractions are cut, whole numbers are ids, null entries are skipped, and strings may hold numbers")
    func tolerant() {
        let (event, fault) = read(
            #"""
            {"event_id":9007199254740993,"user_id":17,"video_id":-3,"topics":[null,"a",{"name":"b","weight":"0.5"},null],
             "watched_ms":61802.97,"duration_ms":"99.9","event_time_ms":1650812741436.75}
            """#)
        #expect(fault == nil)
        #expect(Array(event.text[event.viewer]) == Array("17".utf8))
        #expect(Array(event.text[event.id]) == Array("9007199254740993".utf8))
        #expect(Array(event.text[event.video]) == Array("-3".utf8))
        #expect(names(event) == ["a", "b"] && event.topics.map(\.weight) == [65_536, 32_768])
        #expect(event.watched == 61_802 && event.duration == 99 && event.time == 1_650_812_741_436)
    }

    @Test("the record's key is compared with the digits of a numeric id")
    func numericKey() {
        #expect(read(#"{"user_id":17,"event_time_ms":1}"#, key: "17").fault == nil)
        let fault = read(#"{"user_id":17,"event_time_ms":1}"#, key: "18").fault
        #expect(fault?.reason == .keyMismatch && fault?.field == .key)
    }

    @Test(
        "a value of another type is refused with the field's name",
        arguments: [
            (#""topics":"a,b""#, .topics, "list"), (#""topics":{}"#, .topics, "list"),
            (#""topics":[1]"#, .topics, "list"), (#""topics":[["a"]]"#, .topics, "list"),
            (#""topics":[{"name":1}]"#, .topicName, "a string"),
            (#""topics":[{"name":"a","weight":"much"}]"#, .topicWeight, "a number"),
            (#""topics":[{"name":"a","weight":true}]"#, .topicWeight, "a number"),
            (#""watched_ms":"61 s""#, .watched, "milliseconds"), (#""watched_ms":" 61""#, .watched, "milliseconds"),
            (#""watched_ms":"61 ""#, .watched, "milliseconds"), (#""watched_ms":"""#, .watched, "milliseconds"),
            (#""duration_ms":[1]"#, .duration, "milliseconds"),
            (#""event_time_ms":"2022-04-24T15:05:41Z""#, .time, "milliseconds since 1970"),
            (#""event_id":true"#, .id, "a string or a whole number"), (#""video_id":{}"#, .video, "a string"),
            (#""event_id":1.5"#, .id, "whole number"), (#""event_id":1e3"#, .id, "whole number"),
        ] as [(String, Fault.Field, String)])
    func badField(json: String, field: Fault.Field, expected: String) {
        let fault = read(#"{"user_id":"17","event_time_ms":1,\#(json)}"#).fault
        #expect(fault?.reason == .badField && fault?.field == field)
        #expect(fault?.expected.contains(expected) == true && fault?.byte != nil, "\(fault?.text ?? "")")
    }

    @Test("JSON that breaks off names the byte, and the field that was being read")
    func brokenJSON() {
        let fault = read(#"{"user_id":"17","watched_ms":01}"#).fault
        #expect(fault?.reason == .badJSON && fault?.field == .watched && fault?.byte == 31)
        #expect(read(#"{"user_id":"17" "watched_ms":1}"#).fault?.field == nil)
        #expect(
            read(#"{"user_id":"17","topics":"a,b"}"#).fault?.text
                == "bad_field: topics: expected a list of strings or of objects with a name (at byte 25)")
    }

    @Test("every reason says what was expected")
    func texts() {
        for reason in Rejection.allCases {
            #expect(!Fault(ofKey: reason).expected.isEmpty)
            #expect(!WatchEvent().fault(reason).expected.isEmpty)
        }
    }

    @Test(
        "unknown JSON fields are checked as known ones are",
        arguments: [
            (#""\q""#, .badJSON), (#""\u12""#, .badJSON), (#""\ud800""#, .badUTF8), (#"{"\x":1}"#, .badJSON),
            (#"["\u12zz"]"#, .badJSON),
        ] as [(String, Rejection)])
    func unknownFields(value: String, reason: Rejection) {
        #expect(read(#"{"user_id":"17","event_time_ms":1,"more":\#(value)}"#).fault?.reason == reason)
    }

    @Test("bytes that are not UTF-8 are refused in unknown fields and in their names")
    func unknownUTF8() {
        for text in [#""~""#, #"{"~":1}"#, #"["é~"]"#] {
            // A byte that begins a character, without its continuation.
            let bytes = Array(#"{"user_id":"17","event_time_ms":1,"more":\#(text)}"#.utf8).map {
                $0 == UInt8(ascii: "~") ? 0xC3 : $0
            }
            #expect(read(bytes).fault?.reason == .badUTF8)
        }
        #expect(read(#"{"user_id":"17","event_time_ms":1,"more":"é😀","é":["é\u00e9"]}"#).fault == nil)
    }

    // MARK: - Protobuf

    /// `user_id` 17 and a time of 9.
    private let proto: [UInt8] = [0x12, 2, 0x31, 0x37, 0x38, 9]

    @Test("unknown Protobuf groups are skipped, and ends without beginnings refused")
    func groups() {
        // Field 100: a group with a varint, a nested group and a string in it.
        let group: [UInt8] = [0xA3, 6, 8, 5, 0x13, 0x1A, 1, 0x61, 0x14, 0x22, 1, 0x62, 0xA4, 6]
        let (event, fault) = read(group + proto + group)
        #expect(fault == nil && event.time == 9)
        for bytes in [[0xA4, 6], [0xA3, 6], [0xA3, 6, 0xAC, 6], [0xA3, 6, 0x13, 0xA4, 6, 0x14]] as [[UInt8]] {
            #expect(read(proto + bytes).fault?.reason == .badProtobuf, "\(bytes)")
        }
        let deep = [UInt8](repeating: 0x43, count: 400_000) + [UInt8](repeating: 0x44, count: 400_000)
        #expect(read(proto + deep).fault?.reason == .badProtobuf)
    }

    @Test("tags of more than five bytes are refused")
    func longTags() {
        #expect(read(proto + [0xC0, 0x80, 0x80, 0x80, 0, 1]).fault == nil, "five bytes, field 8")
        #expect(read(proto + [0xC0, 0x80, 0x80, 0x80, 0x80, 0, 1]).fault?.reason == .badProtobuf)
    }

    @Test(
        "a known Protobuf field of another wire type is refused with its name",
        arguments: [
            ([0x10, 17], .viewer), ([0x29, 0, 0, 0, 0, 0, 0, 0, 0], .watched), ([0x3A, 1, 0x31], .time),
            ([0x20, 1], .topics), ([0x22, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0, 0], .topicWeight), ([0x0B, 0x0C], .id),
        ] as [([UInt8], Fault.Field)])
    func wireTypes(bytes: [UInt8], field: Fault.Field) {
        let fault = read(proto + bytes).fault
        #expect(fault?.reason == .badField && fault?.field == field)
    }

    // MARK: - Times

    private func time(_ json: String, timestamp: Int64? = nil, _ range: TimeRange = TimeRange()) -> Fault? {
        var options = WatchEventReader.Options()
        options.timeRange = range
        return read(
            Array(#"{"user_id":"17","event_time_ms":\#(json)}"#.utf8), options, timestamp: timestamp
        ).fault
    }

    @Test("seconds, microseconds and nanoseconds are refused with the unit that they seem to have")
    func units() {
        #expect(time("1650812741")?.reason == .implausibleTime)
        #expect(time("1650812741")?.text.contains("seconds?") == true)
        #expect(time("1650812741.436")?.expected.contains("(seconds?)") == true)
        #expect(time("1650812741436000")?.expected.contains("microseconds?") == true)
        #expect(time("1650812741436000000")?.expected.contains("nanoseconds?") == true)
        #expect(time("0")?.reason == .implausibleTime && time("0")?.expected.contains("?") == false)
    }

    @Test("a time before 2000, more than a year after the record's timestamp, or after 2100 without one is refused")
    func plausible() {
        #expect(time("946684799999")?.reason == .implausibleTime && time("946684800000") == nil)
        let stamp: Int64 = 1_700_000_000_000
        #expect(time("\(stamp + TimeRange.year)", timestamp: stamp) == nil)
        #expect(time("\(stamp + TimeRange.year + 1)", timestamp: stamp)?.reason == .implausibleTime)
        for timestamp in [nil, -1, 0, 1_700_000_000] as [Int64?] {
            #expect(time("4102444800000", timestamp: timestamp) == nil)
            #expect(time("4102444800001", timestamp: timestamp)?.reason == .implausibleTime)
        }
        #expect(time("0", .any) == nil && time("253402300799999", timestamp: stamp, .any) == nil)
        #expect(time("5", TimeRange(from: 5, through: 6)) == nil && time("7", TimeRange(from: 5, through: 6)) != nil)
    }

    @Test("a Protobuf event without a time, and an empty value whose viewer is the key, are refused")
    func noTime() {
        #expect(read([0x12, 2, 0x31, 0x37]).fault?.reason == .missingTime)
        var options = WatchEventReader.Options.anyTime
        options.viewer = .key
        for format in WatchEventReader.Format.allCases {
            options.format = format
            #expect(read([], options).fault != nil)
        }
        options.format = .auto
        #expect(read([0, 0, 0, 0, 5, 0], options).fault?.reason == .missingTime)
    }

    @Test(
        "the setting of times is read and written",
        arguments: [
            ("auto", "auto"), ("any", "any"), ("2000-01-01..2100-01-01", "946684800000..4102444800000"),
            ("1970-01-01T00:00:01Z..", "1000.."), ("..2024-02-29T12:00:00Z", "946684800000..1709208000000"),
            ("5..6", "5..6"),
        ])
    func rangeText(text: String, expected: String) {
        #expect(TimeRange(text)?.description == expected)
        #expect(TimeRange(expected) == TimeRange(text))
    }

    @Test(
        "what is not a range of times is refused",
        arguments: [
            "", "..", "always", "6..5", "2023-02-29..", "2000-01-01", "-5..", "..1999-01-01", "2000-1-1..", "a..b",
        ])
    func badRangeText(text: String) {
        #expect(TimeRange(text) == nil)
    }
}
