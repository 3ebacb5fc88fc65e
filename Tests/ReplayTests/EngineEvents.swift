import ShoalClustering
import ShoalGenerator

/// Generated events in the engine's format.
struct EngineEvents {
    let names: [[UInt8]]
    private(set) var stream: WatchStream

    init(_ shape: StreamShape, seed: UInt64) throws {
        stream = try WatchStream(shape, seed: seed)
        names = (0..<shape.topics).map { Array("t\($0)".utf8) }
    }

    static func member(_ viewer: Int) -> Pseudonym {
        var mixer = SplitMix64(seed: UInt64(viewer) &+ 1)
        return UInt128(mixer.next()) << 64 | UInt128(mixer.next())
    }

    static func order(_ viewer: Int) -> UInt64 {
        var mixer = SplitMix64(seed: UInt64(viewer) &+ 1_000_000_007)
        return mixer.next()
    }

    /// Returns the next epoch's events with their viewers; `nil` at the end.
    mutating func next() -> [(viewer: Int, event: EngineEvent)]? {
        guard let events = stream.nextEpoch() else { return nil }
        return events.map { generated in
            var event = EngineEvent()
            event.member = Self.member(generated.viewer)
            event.order = Self.order(generated.viewer)
            event.id = generated.id
            for topic in generated.topics {
                let start = event.text.count
                event.text += names[Int(topic.topic)]
                event.topics.append(
                    .init(name: start..<event.text.count, weight: UInt32(topic.thousandths) * 65_536 / 1_000))
            }
            event.watched = generated.watched
            event.duration = generated.duration
            event.time = generated.time
            return (generated.viewer, event)
        }
    }

    /// The number of the first epoch.
    var first: Epoch { stream.shape.startTime / stream.shape.epochLength }
}
