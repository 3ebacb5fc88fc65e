import Foundation
import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalReplay

@Suite("Trying files that were written for other systems")
struct TryTests {
    /// A watch in the forms of other systems.
    struct Watch {
        var (user, item): (Int, Int)
        var topics: [String]
        /// Seconds.
        var (watched, length): (Int, Int)
        var time: Double

        var iso: String { Date(timeIntervalSince1970: time.rounded(.down)).formatted(.iso8601) }
        /// As in `24.11.2026 17:30`.
        var local: String {
            let parts = iso.split { "-T:Z".contains($0) }
            return "\(parts[2]).\(parts[1]).\(parts[0]) \(parts[3]):\(parts[4])"
        }
        var tags: String { topics.map { "\"\($0)\"" }.joined(separator: ",") }
        var clock: String { String(format: "%02d:%02d:%02d", watched / 3_600, watched / 60 % 60, watched % 60) }
    }

    /// A form: its name, the text before, between and after the watches, and the guess of the mapping.
    struct Form: CustomTestStringConvertible, Sendable {
        var name: String
        var before = ""
        var between = "\n"
        var after = "\n"
        var write: @Sendable (Int, Watch) -> String
        var mapping: String

        var testDescription: String { name }
    }

    static let forms: [Form] = [
        Form(
            name: "Segment",
            write: { index, watch in
                index % 4 == 0
                    ? #"{"type":"page","event":"Page Viewed","userId":"u\#(watch.user)","timestamp":"\#(watch.iso)"}"#
                    : #"{"type":"track","event":"Video Completed","messageId":"m\#(index)","userId":"u\#(watch.user)","#
                        + #""anonymousId":"a\#(index)","timestamp":"\#(watch.iso)","properties":{"content_asset_id":"#
                        + #""v\#(watch.item)","genres":[\#(watch.tags)],"position":\#(watch.watched),"#
                        + #""total_length":\#(watch.length)}}"#
            },
            mapping: "viewer=userId,video=properties.content_asset_id,topics=properties.genres[],"
                + "watched=properties.position as s,duration=properties.total_length as s,time=timestamp as iso8601,"
                + "id=messageId,where=event:Video Completed"),
        Form(
            name: "Snowplow",
            write: { index, watch in
                #"{"app_id":"web","event_id":"e\#(index)","domain_userid":"u\#(watch.user)","collector_tstamp":"#
                    + #""\#(watch.iso)","unstruct_event":{"data":{"data":{"video_id":"v\#(watch.item)","tags":"#
                    + #"[\#(watch.tags)],"watched_seconds":\#(watch.watched),"duration_seconds":\#(watch.length)}}}}"#
            },
            mapping: "viewer=domain_userid,video=unstruct_event.data.data.video_id,"
                + "topics=unstruct_event.data.data.tags[],watched=unstruct_event.data.data.watched_seconds as s,"
                + "duration=unstruct_event.data.data.duration_seconds as s,time=collector_tstamp as iso8601,id=event_id"
        ),
        Form(
            name: "PostHog",
            write: { index, watch in
                #"{"uuid":"i\#(index)","event":"watched","distinct_id":"u\#(watch.user)","timestamp":"\#(watch.iso)","#
                    + #""properties":{"video":"v\#(watch.item)","category":"\#(watch.topics[0])","percent_watched":"#
                    + #"\#(Double(100 * watch.watched) / Double(watch.length))}}"#
            },
            mapping: "viewer=distinct_id,video=properties.video,topics=properties.category,"
                + "watched=properties.percent_watched as percent,time=timestamp as iso8601,id=uuid"),
        Form(
            name: "mParticle",
            write: { _, watch in
                let event =
                    #"{"event_type":"custom_event","data":{"timestamp_unixtime_ms":\#(Int(watch.time) * 1_000),"#
                    + #""custom_attributes":{"video_id":"v\#(watch.item)","genre":"\#(watch.topics[0])","#
                    + #""watch_time_ms":\#(watch.watched * 1_000)}}}"#
                return #"{"mpid":\#(watch.user),"events":[\#(event),\#(event)]}"#
            },
            mapping: "viewer=mpid,video=events[].data.custom_attributes.video_id,"
                + "topics=events[].data.custom_attributes.genre,"
                + "watched=events[].data.custom_attributes.watch_time_ms,"
                + "time=events[].data.timestamp_unixtime_ms,batch=events[]"),
        Form(
            name: "YouTube", before: "[", between: ",\n", after: "]\n",
            write: { _, watch in
                "{\n  \"account\": \"u\(watch.user)\",\n  \"titleUrl\": \"https://example.org/\(watch.item)\",\n"
                    + "  \"subtitles\": [{\n    \"name\": \"\(watch.topics[0])\"\n  }],\n  \"time\": \"\(watch.iso)\"\n}"
            },
            mapping: "viewer=account,video=titleUrl,topics=subtitles[],time=time as iso8601"),
        Form(
            name: "Netflix", before: "Profile Name,Start Time,Duration,Title,Genre\n",
            write: { _, watch in
                "u\(watch.user),\(watch.iso),\(watch.clock),\"v\(watch.item), 1\",\(watch.topics.joined(separator: "|"))"
            },
            mapping: "viewer=Profile Name,video=Title,topics=Genre split pipe,duration=Duration as clock,"
                + "time=Start Time as iso8601"),
        Form(
            name: "MovieLens", before: "userId,movieId,rating,timestamp,title,genres\n",
            write: { _, watch in
                "\(watch.user + 1),\(watch.item),3.5,\(Int(watch.time)),T,\(watch.topics.joined(separator: "|"))"
            },
            mapping: "viewer=userId,video=movieId,topics=genres split pipe,time=timestamp as s"),
        Form(
            name: "ListenBrainz",
            write: { index, watch in
                #"{"user_name":"u\#(watch.user)","listened_at":\#(Int(watch.time)),"track_metadata":{"artist_name":"#
                    + #""\#(watch.topics[0])","track_name":"v\#(watch.item)","additional_info":{"duration_ms":"#
                    + #"\#(watch.length * 1_000),"recording_msid":"r\#(index)"}}}"#
            },
            mapping: "viewer=user_name,video=track_metadata.track_name,topics=track_metadata.artist_name,"
                + "duration=track_metadata.additional_info.duration_ms,time=listened_at as s"),
        Form(
            name: "KuaiSAR", before: "user_id,item_id,time,duration,play_duration,first_level_category_name\n",
            write: { _, watch in
                "\(watch.user),\(watch.item),\(Int(watch.time) * 1_000),\(watch.length * 1_000),"
                    + "\(watch.watched * 1_000),\(watch.topics[0])"
            },
            mapping: "viewer=user_id,video=item_id,topics=first_level_category_name,watched=play_duration,"
                + "duration=duration,time=time"),
        Form(
            name: "TSV", before: "viewer\tat\tcategories\tminutes watched\n",
            write: { _, watch in
                "u\(watch.user)\t\(watch.iso)\t\(watch.topics.joined(separator: ", "))\t\(Double(watch.watched) / 60)"
            },
            mapping: "viewer=viewer,topics=categories split comma,watched=minutes watched as min,time=at as iso8601"),
        Form(
            name: "wrapped list", before: #"{"exported":"x","data":["#, between: ",", after: "]}",
            write: { _, watch in
                #"{"memberId":"u\#(watch.user)","watchedAt":"\#(watch.iso)","content":{"id":"v\#(watch.item)","tags":"#
                    + "[" + watch.topics.map { #"{"id":7,"name":"\#($0)"}"# }.joined(separator: ",")
                    + #"],"runtime":\#(watch.length / 60)},"playTime":"PT\#(watch.watched / 60)M\#(watch.watched % 60)S"}"#
            },
            mapping: "viewer=memberId,video=content.id,topics=content.tags[],watched=playTime as iso8601,"
                + "duration=content.runtime as min,time=watchedAt as iso8601"),
        Form(
            name: "Spotify",
            write: { _, watch in
                #"{"ts":"\#(watch.iso)","username":"u\#(watch.user)","ms_played":\#(watch.watched * 1_000),"#
                    + #""master_metadata_track_name":"v\#(watch.item)","episode_name":null,"#
                    + #""master_metadata_album_artist_name":"\#(watch.topics[0])"}"#
            },
            mapping: "viewer=username,video=master_metadata_track_name,topics=master_metadata_album_artist_name,"
                + "watched=ms_played,time=ts as iso8601"),
        Form(
            name: "hashtags",
            write: { _, watch in
                #"{"uid":"u\#(watch.user)","hashtags":"\#(watch.topics.map { "#\($0)" }.joined(separator: " "))","#
                    + #""watch_ratio":\#(Double(watch.watched) / Double(watch.length)),"ts":\#(watch.time)}"#
            },
            mapping: "viewer=uid,topics=hashtags split space,watched=watch_ratio as share,time=ts as s"),
        Form(
            name: "German table", before: "Konto;Profile Name;Datum;Watch Time;Video Duration;Genres\n",
            write: { _, watch in
                "7;u\(watch.user);\(watch.local);\(watch.watched / 60) min;\(watch.length / 60),5;"
                    + watch.topics.joined(separator: ", ")
            },
            mapping: "viewer=Profile Name,topics=Genres split comma,watched=Watch Time as words,"
                + "duration=Video Duration as min,time=Datum as dmy"),
        Form(
            name: "two lists", before: #"{"total":{"of":[{"a":1}]},"viewers":["# + users + "],\"events\":[",
            between: ",",
            after: "],\"end\":[1,[2]]}",
            write: { _, watch in
                #"{"userId":"u\#(watch.user)","watchedAt":"\#(watch.iso)","genres":[\#(watch.tags)],"#
                    + #""watchedSeconds":\#(watch.watched)}"#
            },
            mapping: "viewer=userId,topics=genres[],watched=watchedSeconds as s,time=watchedAt as iso8601"),
        Form(
            name: "native",
            write: { _, watch in
                #"{"user_id":"u\#(watch.user)","topics":[\#(watch.tags)],"watched_ms":\#(watch.watched * 1_000),"#
                    + #""duration_ms":\#(watch.length * 1_000),"event_time_ms":\#(Int(watch.time) * 1_000)}"#
            }, mapping: ""),
    ]

    /// Objects of another kind than events, more than the sample has from the beginning of a file.
    private static let users = (0..<2_500).map { #"{"id":\#($0),"label":"[{\#($0)}]"}"# }.joined(separator: ",")

    static let tastes = [
        ["Drama", "Romance", "History"], ["Action", "Thriller", "Crime"], ["Comedy", "Family", "Animation"],
    ]

    /// Watches of viewers of three tastes, in random order.
    static func watches(viewers: Int, each: Int) -> [Watch] {
        var random = SplitMix64(seed: 5)
        func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        var watches: [Watch] = []
        for user in 0..<viewers {
            for _ in 0..<each {
                let taste = tastes[draw(8) == 0 ? draw(3) : user % 3]
                let (first, length) = (draw(3), [1_200, 2_400, 5_400][draw(3)])
                watches.append(
                    Watch(
                        user: user, item: draw(500), topics: [taste[first], taste[(first + 1) % 3]],
                        watched: length * (30 + draw(70)) / 100, length: length,
                        time: 1_760_000_000 + Double(draw(14 * 86_400))))
            }
        }
        for index in watches.indices { watches.swapAt(index, draw(watches.count)) }
        return watches
    }

    static func text(_ form: Form, _ watches: [Watch]) -> String {
        form.before + watches.enumerated().map { form.write($0, $1) }.joined(separator: form.between) + form.after
    }

    @Test("fields are found without an option", arguments: forms)
    func guesses(form: Form) throws {
        let folder = try TemporaryFolder()
        let watches = Self.watches(viewers: 60, each: 20)
        let input = try TryInput(try folder.file("events", Self.text(form, watches)), corrections: [])
        #expect(input.mapping?.text ?? "" == form.mapping)
        #expect(input.facts.viewers == 60)
        #expect(input.firstFaults.isEmpty == (form.name != "two lists"))
        #expect(input.rejected[.excluded] == (form.name == "Segment" ? 300 : nil))
        #expect(input.events == (form.name == "mParticle" ? 2_400 : form.name == "Segment" ? 900 : 1_200))
        // In a list of objects a topic is found by its name.
        #expect(input.facts.topics == 9)
    }

    @Test("settings that are chosen for a few hundred viewers publish their clusters")
    func clusters() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("events", Self.text(Self.forms[5], Self.watches(viewers: 400, each: 20)))
        let input = try TryInput(path, corrections: [])
        let settings = TrySettings(input.facts)
        #expect(settings.refusal == nil)
        #expect(settings.sets.contains("epoch.length=3h") && settings.sets.contains("privacy.min-cluster-size=20"))
        let key = try #require(PrivacyKey(hex: String(repeating: "07", count: 32)))
        var options = ReplayOptions(settings: Settings(), key: key)
        options.settings.fixed.epochLength = 3 * 3_600_000
        options.settings.halfLife = 7 * 86_400_000
        options.settings.seedMembers = 133
        options.settings.minClusterSize = 20
        options.vocabulary = input.facts.vocabulary
        options.epochs = .given
        let report = try await Replay(options).run(input).report
        #expect(report.input.events == 8_000)
        let last = try #require(report.rows.last)
        #expect((3...5).contains(last.clusters.count))
        #expect(last.members.reduce(0, +) > 300)
    }

    @Test("a correction replaces the guess, and what is missing is named with the fields that there are")
    func corrections() throws {
        let folder = try TemporaryFolder()
        let line = #"{"who":"w","a":{"b":["x"]},"c":["y"],"when":1700000000}"#
        let path = try folder.file("events", Array(repeating: line, count: 30).joined(separator: "\n"))
        let error = #expect(throws: ReplayError.self) { try TryInput(path, corrections: []) }
        let expected = "no field was found for viewer, topics. The file has a.b[], c[], when, who"
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
        let input = try TryInput(path, corrections: ["viewer=who", "topics=a.b"])
        #expect(input.mapping?.text == "viewer=who,topics=a.b,time=when as s")
        #expect(input.events == 30 && input.facts.viewers == 1)
        #expect(throws: EventMappingError.self) { try TryInput(path, corrections: ["viewers=who"]) }
        #expect(throws: ReplayError.self) { try TryInput(path, corrections: ["viewer=a.b", "topics=c"]) }
        #expect(throws: ReplayError.self) { try TryInput(try folder.file("empty", ""), corrections: []) }
    }

    @Test("a record that is no event is named with its line and its value")
    func faults() throws {
        let folder = try TemporaryFolder()
        var lines = (0..<50).map { #"{"who":"w\#($0 % 5)","tags":["a"],"at":"\#($0 % 28 + 1).02.2026","len":"5 min"}"# }
        lines[16] = #"{"who":"w1","tags":["a"],"at":"yesterday","len":"5 min"}"#
        lines[20] = #"{"who":["secret"],"tags":["a"],"at":"1.02.2026"}"#
        lines.insert("", at: 3)
        let map = "viewer=who,topics=tags,time=at as dmy,watched=len as words"
        let path = try folder.file("events", lines.joined(separator: "\n"))
        let input = try TryInput(path, corrections: [map])
        #expect(
            input.firstFaults == [
                "line 18: bad_field: at is \"yesterday\", expected a time such as 24.11.2026 17:30",
                "line 22: bad_field: who, expected a string or a whole number",
            ], "\(input.firstFaults)")
        #expect(input.events == 48)
        let table = try folder.file("table", "viewer,tags,at\n" + (0..<30).map { "v\($0 % 3),a,\($0)\n" }.joined())
        let failed = #expect(throws: ReplayError.self) { try TryInput(table, corrections: ["time=at as dmy"]) }
        #expect(
            failed?.description.contains("record 1: bad_field: at is \"0\"") == true, "\(failed?.description ?? "")")
    }

    @Test("the sample has records from the beginning and evenly from the rest")
    func sample() {
        var sample = RecordSample()
        for number in 0..<50_000 { sample.add(Array("\(number)".utf8)) }
        let numbers = sample.records.map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
        #expect(Array(numbers.prefix(2_000)) == Array(0..<2_000))
        let rest = Array(numbers.dropFirst(2_000))
        #expect(rest == stride(from: 2_000, to: 50_000, by: 32).map { $0 })
    }

    @Test("too few viewers are told why there will be no clusters")
    func tooFew() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("events", Self.text(Self.forms[6], Self.watches(viewers: 60, each: 12)))
        let settings = TrySettings(try TryInput(path, corrections: []).facts)
        let expected = "60 viewers have 5 events or more. Two clusters of at least 40 members need 80"
        #expect(settings.refusal?.hasPrefix(expected) == true)
    }
}
