import ShoalGenerator
import Testing

@Suite("Streams of watch events")
struct WatchStreamTests {
    static let small = StreamShape.base.with {
        $0.viewers = 2_000
        $0.videos = 3_000
        $0.epochs = 12
    }

    static func events(_ stream: WatchStream, most: Int = .max) -> [GeneratedEvent] {
        var stream = stream
        var events: [GeneratedEvent] = []
        while events.count < most, let event = stream.next() { events.append(event) }
        return events
    }

    @Test("the same seed gives the same events, and another seed different ones")
    func seeded() throws {
        let first = Self.events(try WatchStream(Self.small, seed: 1))
        #expect(first.count > 15_000)
        #expect(first == Self.events(try WatchStream(Self.small, seed: 1)))
        #expect(first.prefix(100) != Self.events(try WatchStream(Self.small, seed: 2), most: 100)[...])
    }

    @Test("the stream of a seed is the same on every machine and in every release")
    func fingerprint() throws {
        var shape = StreamShape.drift
        shape.epochs = 45
        shape.viewers = 500
        shape.videos = 1_000
        shape.lateShare = 0.05
        shape.repeatShare = 0.02
        shape.dayRhythm = 0.5
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for event in Self.events(try WatchStream(shape, seed: 7)) {
            var line: [UInt8] = []
            event.appendJSON(to: &line)
            for byte in line { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        #expect(hash == 7_520_307_165_100_191_182)
    }

    @Test("the stream is the same by epoch and by event, and a copy is independent")
    func ways() throws {
        var stream = try WatchStream(Self.small, seed: 3)
        let expected = Self.events(stream)
        var events = stream.nextEpoch() ?? []
        var copy = stream
        for _ in 0..<10 { if let event = stream.next() { events.append(event) } }
        while let epoch = stream.nextEpoch() { events += epoch }
        #expect(events == expected)
        #expect(stream.epoch == Self.small.epochs)
        #expect(stream.next() == nil)
        #expect(copy.next() == expected.first { $0.epoch == 1 })
    }

    @Test("viewers are added and silenced on request, and the script's groups keep their topics")
    func requests() throws {
        var shape = Self.small
        shape.coreTopics = 3
        shape.archetypes = 2
        shape.noiseShare = 0
        shape.repeatShare = 0.1
        shape.givenCores = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
        shape.script = DriftScript([.init(2, .birth(share: 0.1))])
        var stream = try WatchStream(shape, seed: 5)
        let copy = stream
        _ = stream.nextEpoch()
        stream.add(300, watching: [10, 11, 12])
        stream.silence(7)
        let added = 2_000..<2_300
        let events = Self.events(stream)
        func topics(_ viewers: Range<Int>) -> Set<Int> {
            Set(events.filter { viewers.contains($0.viewer) }.compactMap { $0.topics.first?.topic })
        }
        #expect(topics(added) == [10, 11, 12] && topics(2_300..<2_500) == [7, 8, 9])
        #expect(!events.contains { $0.viewer == 7 })
        #expect(Self.events(copy).contains { $0.viewer == 7 && $0.epoch > 0 })
    }

    @Test("events are in order of time, each in its epoch")
    func order() throws {
        let shape = Self.small
        let events = Self.events(try WatchStream(shape, seed: 4))
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
        let epochs = events.map { Int(($0.time - shape.startTime) / shape.epochLength) }
        #expect(events.map(\.epoch) == epochs)
        #expect(Set(events.map(\.epoch)).count == shape.epochs)
        #expect(Set(events.map(\.id)).count == events.count)
        #expect(events.allSatisfy { (0...$0.duration).contains($0.watched) && !$0.topics.isEmpty })
    }

    @Test("late events, repetitions and a daily rhythm are generated on request")
    func options() throws {
        let shape = Self.small.with {
            $0.epochs = 48
            $0.lateShare = 0.1
            $0.latest = 3_600_000
            $0.repeatShare = 0.05
            $0.dayRhythm = 1
        }
        let events = Self.events(try WatchStream(shape, seed: 5))
        var seen: [UInt64: GeneratedEvent] = [:]
        var repeated = 0
        var late = 0
        var latest: Int64 = 0
        for event in events {
            if let first = seen.updateValue(event, forKey: event.id) {
                repeated += 1
                var same = event
                same.epoch = first.epoch
                #expect(same == first)
                continue
            }
            if event.time < latest { late += 1 }
            #expect(event.time >= latest - shape.latest - shape.epochLength)
            latest = max(latest, event.time)
        }
        let count = Double(events.count)
        #expect(abs(Double(repeated) / count - 0.05) < 0.005)
        #expect(abs(Double(late) / count - 0.1) < 0.01)
        let byHour = Dictionary(grouping: events.filter { $0.epoch >= 24 }) { $0.epoch % 24 }.mapValues(\.count)
        #expect((byHour[20] ?? 0) > 5 * (byHour[4] ?? 0))
        let expected = 1.05 * 48 * 2_000 * 0.8
        #expect(abs(count / expected - 1) < 0.05)
    }

    @Test("JSON has all fields, with weights in three digits")
    func json() throws {
        let event = try #require(Self.events(try WatchStream(Self.small, seed: 6)).first { $0.topics.count == 2 })
        var bytes: [UInt8] = []
        event.appendJSON(to: &bytes)
        let topics = event.topics.map {
            #"{"name":"\#(TopicNames.name($0.topic))","weight":\#($0.weight)}"#
        }.joined(separator: ",")
        let expected =
            #"{"event_id":"e\#(event.id)","user_id":"viewer-\#(event.viewer)","video_id":"video-\#(event.video)","#
            + #""topics":[\#(topics)],"watched_ms":\#(event.watched),"duration_ms":\#(event.duration),"#
            + #""event_time_ms":\#(event.time)}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test("an invalid shape is refused with the value and its allowed range")
    func refused() {
        func message(_ change: (inout StreamShape) -> Void) -> String? {
            do throws(StreamShapeError) {
                _ = try WatchStream(Self.small.with(change), seed: 1)
                return nil
            } catch { return error.description }
        }
        #expect(message { $0.viewers = 0 } == "viewers must be 1 to a billion, not 0")
        #expect(message { $0.noiseShare = .nan } == "noiseShare must be 0 to 1, not nan")
        #expect(message { $0.poolSize = 1 }?.contains("2 of them from the pool") == true)
        #expect(message { $0.script = DriftScript([.init(3, .split(20))]) }?.contains("archetypes 0 to 19") == true)
        #expect(message { $0.script = DriftScript([.init(2, .birth(share: 0.1)), .init(3, .split(20))]) } == nil)
    }
}
