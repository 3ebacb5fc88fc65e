import ShoalGenerator
import ShoalSchemas
import Testing

@Suite("Event encoder")
struct EventEncoderTests {
    private static let shape = StreamShape.everyday.with {
        $0.viewers = 500
        $0.videos = 800
        $0.epochs = 20
    }

    @Test("JSON equals the event's own encoding, and Protobuf equals the schema's")
    func forms() throws {
        var stream = try WatchStream(Self.shape, seed: 31)
        let json = EventEncoder(stream.catalogue, .json)
        let protobuf = EventEncoder(stream.catalogue, .protobuf)
        var count = 0
        while let event = stream.next() {
            count += 1
            var (line, expected, message, schema, key): ([UInt8], [UInt8], [UInt8], [UInt8], [UInt8]) =
                ([], [], [], [], [])
            json.append(event, to: &line)
            event.appendJSON(to: &expected)
            #expect(line == expected)
            var read = WatchEvent()
            try WatchEventReader().read(line.span, into: &read)
            read.encode(into: &schema)
            protobuf.append(event, to: &message)
            #expect(message == schema)
            json.appendKey(event, to: &key)
            #expect(key == Array(event.viewerName.utf8))
        }
        #expect(count > 3_000)
    }

    @Test("records end with a newline or start with their length, including lengths of one byte")
    func records() throws {
        var stream = try WatchStream(Self.shape, seed: 32)
        let encoder = EventEncoder(stream.catalogue, .protobuf)
        var (bytes, messages): ([UInt8], [[UInt8]]) = ([], [])
        for _ in 0..<2_000 {
            guard let event = stream.next() else { break }
            var message: [UInt8] = []
            encoder.append(event, to: &message)
            messages.append(message)
            encoder.appendRecord(event, to: &bytes)
        }
        #expect(messages.contains { $0.count < 128 } && messages.contains { $0.count >= 128 })
        var writer = ProtoWriter()
        for message in messages {
            writer.varint(UInt64(message.count))
            writer.bytes += message
        }
        #expect(bytes == writer.bytes)
    }
}

@Suite("Sessions and the text form of scripts")
struct SessionsAndScriptsTests {
    @Test("watches of a session are consecutive, and the rate is unchanged")
    func sessions() throws {
        let shape = StreamShape.base.with {
            $0.viewers = 3_000
            $0.videos = 2_000
            $0.epochs = 24
            $0.sessionWatches = 5
        }
        let events = WatchStreamTests.events(try WatchStream(shape, seed: 33))
        let expected = 24 * 3_000 * 0.8
        #expect(abs(Double(events.count) / expected - 1) < 0.05, "\(events.count)")
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
        var ends: [Int: Int64] = [:]
        var sessions = 0
        for event in events {
            // The mean pause is 15 s, so hardly any exceeds two minutes.
            if event.time - (ends[event.viewer] ?? 0) > 120_000 { sessions += 1 }
            ends[event.viewer] = event.time + event.watched
        }
        let mean = Double(events.count) / Double(sessions)
        #expect((4.5...5.6).contains(mean), "\(mean)")
    }

    @Test("an unfinished session continues in the next epoch, unless its viewer is silenced")
    func silenced() throws {
        let shape = StreamShape.base.with {
            $0.viewers = 1_000
            $0.videos = 2_000
            $0.epochs = 6
            $0.epochLength = 600_000
            $0.sessionWatches = 20
            $0.mixedShare = 0
            $0.script = DriftScript([.init(3, .silence(0))])
        }
        var stream = try WatchStream(shape, seed: 34)
        var watches = [0, 0, 0, 0, 0, 0]
        while let event = stream.next() {
            if stream.taste(of: event.viewer).archetype == 0 { watches[event.epoch] += 1 }
        }
        #expect(watches[..<3].allSatisfy { $0 > 0 } && watches[3...].allSatisfy { $0 == 0 }, "\(watches)")
    }

    @Test("viewers whose taste the script changes are known from the first epoch of the change")
    func changed() throws {
        let shape = StreamShape.base.with {
            $0.viewers = 1_000
            $0.videos = 2_000
            $0.epochs = 12
            $0.script = DriftScript([.init(2, .birth(share: 0.01)), .init(4, .split(0)), .init(6, .silence(1))])
        }
        var stream = try WatchStream(shape, seed: 35)
        var before = (0..<stream.viewers).map(stream.taste)
        while stream.nextEpoch() != nil {
            let now = (0..<stream.viewers).map(stream.taste)
            let different = now.indices.filter { $0 >= before.count || now[$0] != before[$0] }
            #expect(stream.epoch == shape.epochs || stream.changedViewers == different, "epoch \(stream.epoch)")
            #expect([2, 4, 6].contains(stream.epoch) == !different.isEmpty)
            before = now
        }
    }

    @Test("a script's text and its steps convert into each other")
    func scripts() throws {
        let text = DriftScript.standard.steps.map { "\($0.epoch) \($0.action.text)" }.joined(separator: "\n")
        #expect(try DriftScript(text: text) == .standard)
        let all = """
            # everything
            40 birth 0.03 like 4
              50 viral chess 0.4 for 6   # a comment

            51 viral topic-950 0.5 for 1
            """
        let steps = try DriftScript(text: all).steps
        #expect(steps.map(\.epoch) == [40, 50, 51])
        let again = steps.map { "\($0.epoch) \($0.action.text)" }.joined(separator: "\n")
        #expect(try DriftScript(text: again).steps == steps)
        for bad in ["split 3", "3 split", "3 split x", "3 merge 1 2", "3 scatter 1 to", "3 viral nothing 0.1 for 2"] {
            #expect(throws: DriftScriptError.self) { try DriftScript(text: "# one\n" + bad) }
        }
        do {
            _ = try DriftScript(text: "1 split 2\n\n2 spilt 3")
            Issue.record("it must be refused")
        } catch { #expect(error.line == 3 && error.description.contains("\"2 spilt 3\" is not a step")) }
    }
}
