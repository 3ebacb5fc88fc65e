import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import ShoalReplay

typealias Engine = GivenEpochs<UnkeyedTopics>

/// A generated stream in memory, epoch by epoch, in the engine's form.
struct EpochEvents: Sendable {
    let shape: StreamShape
    let names: [[UInt8]]
    private var epochs: [[(viewer: Int, event: EngineEvent)]] = []

    init(_ shape: StreamShape, seed: UInt64) throws {
        self.shape = shape
        var stream = try WatchStream(shape, seed: seed)
        names = stream.topicNames.map { Array($0.utf8) }
        while let events = stream.nextEpoch() { epochs.append(events.map { ($0.viewer, event($0)) }) }
    }

    /// The pseudonym of a viewer.
    static func member(_ viewer: Int) -> Pseudonym {
        var mixer = SplitMix64(seed: UInt64(viewer) &+ 1)
        return UInt128(mixer.next()) << 64 | UInt128(mixer.next())
    }

    private func event(_ generated: GeneratedEvent) -> EngineEvent {
        var event = EngineEvent()
        event.member = Self.member(generated.viewer)
        var mixer = SplitMix64(seed: UInt64(generated.viewer) &+ 1_000_000_007)
        event.order = mixer.next()
        for topic in generated.topics {
            let start = event.text.count
            event.text += names[topic.topic]
            event.topics.append(.init(name: start..<event.text.count, weight: topic.q16))
        }
        (event.watched, event.duration, event.time) = (generated.watched, generated.duration, generated.time)
        return event
    }

    /// An engine at the beginning of the stream.
    func engine() -> Engine {
        var settings = Settings()
        settings.fixed.epochLength = shape.epochLength
        return GivenEpochs(
            settings: settings, topics: names, partitions: Self.partitions, first: shape.startTime / shape.epochLength
        ) { _ in UnkeyedTopics() }
    }

    static let partitions = 4

    static func partition(of viewer: Int) -> Int { viewer % partitions }

    /// Handles the events of an epoch.
    /// - Parameters:
    ///   - viewer: The viewer whose events another one repeats, right after each; nil for none.
    ///   - copy: The pseudonym of the other one.
    func handle(_ epoch: Int, repeating viewer: Int? = nil, as copy: Pseudonym = 0, _ engine: inout Engine) {
        for (own, event) in epochs[epoch] {
            let partition = Self.partition(of: own)
            engine.handle(event, partition: partition)
            guard own == viewer else { continue }
            var repeated = event
            (repeated.member, repeated.order) = (copy, ~event.order)
            engine.handle(repeated, partition: partition)
        }
    }
}
