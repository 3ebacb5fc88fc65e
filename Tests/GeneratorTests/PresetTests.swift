import Foundation
import ShoalGenerator
import Testing

@Suite("Presets have the documented statistics")
struct PresetTests {
    static let names = StreamShape.presets.map(\.name)

    static func shape(_ name: String) throws -> StreamShape {
        try #require(StreamShape.presets.first { $0.name == name }?.shape)
    }

    @Test("mixed viewers, sizes, cores and rates", arguments: names)
    func population(_ name: String) throws {
        let shape = try Self.shape(name)
        let stream = try WatchStream(shape, seed: 11)
        let tastes = (0..<stream.viewers).map(stream.taste)
        #expect(tastes.count == 20_000)
        let mixed = tastes.filter { $0.second != nil }
        #expect(abs(Double(mixed.count) / 20_000 - (name == "hard" ? 0.25 : 0.1)) < 0.01)
        #expect(mixed.allSatisfy { (0.25...0.5).contains($0.mix) && $0.second != $0.archetype })
        // Sizes are proportional to 1 / rank^x. Compares the first with the fourth.
        let sizes = (0..<4).map { rank in tastes.count { $0.archetype == rank } }
        let exponent = name == "skew" ? 1.2 : 0.5
        let ratio = Double(sizes[0]) / Double(sizes[3])
        #expect(abs(ratio / pow(4, exponent) - 1) < 0.15)
        // Log-normal rates around the mean.
        let rates = (0..<stream.viewers).map(stream.rate).sorted()
        #expect(abs(rates.reduce(0, +) / 20_000 - 0.8) < 0.03)
        #expect(abs(log(rates[16_826] / rates[10_000]) - 1) < 0.05)
        let (topics, core, pool, shared) =
            switch name {
            case "few-topics": (50, 6, 8, 2)
            case "many": (1_000, 12, 60, 3)
            case "shared": (200, 8, 20, 4)
            default: (200, 8, 20, 2)
            }
        #expect(stream.archetypeCount == (name == "few-topics" ? 12 : name == "many" ? 60 : 20))
        #expect(stream.topicNames.count == topics)
        for archetype in 0..<stream.archetypeCount {
            let topics = stream.core(of: archetype)
            #expect(Set(topics).count == core)
            #expect(topics.count { $0 < pool } == shared)
        }
    }

    @Test("noise, popularity, engagement and the number of events", arguments: names)
    func watches(_ name: String) throws {
        let shape = try Self.shape(name)
        var stream = try WatchStream(shape, seed: 12)
        var events: [GeneratedEvent] = []
        while stream.epoch < 6, let epoch = stream.nextEpoch() { events += epoch }
        #expect((91_200...100_800).contains(events.count))
        let noise = events.filter(\.isNoise)
        let share = ["noisy": 0.3, "hard": 0.4][name] ?? 0.15
        #expect(abs(Double(noise.count) / Double(events.count) - share) < 0.01)
        func engagement(_ events: some Collection<GeneratedEvent>) -> Double {
            events.reduce(0) { $0 + Double($1.watched) / Double($1.duration) } / Double(events.count)
        }
        #expect(abs(engagement(noise) - 1.5 / 5.5) < 0.01)
        #expect(abs(engagement(events.filter { !$0.isNoise }) - 6.0 / 8) < 0.01)
        // The popularity of videos under noise. Compares the most popular one with all.
        var counts: [Int: Int] = [:]
        for event in noise { counts[event.video, default: 0] += 1 }
        let exponent = name == "many" ? 0.8 : 1.0
        let harmonic = (1...20_000).reduce(0.0) { $0 + pow(Double($1), -exponent) }
        let expected = Double(noise.count) / harmonic
        let most = Double(counts.values.max() ?? 0)
        #expect(abs(most - expected) < 5 * expected.squareRoot() + 1)
    }

    @Test("videos have 1.7 topics with weights that add up, and half of the main topics follow Zipf(0.8)")
    func videos() throws {
        let catalogue = try WatchStream(.base, seed: 13).catalogue
        #expect(catalogue.count == 20_000)
        var main = [Int](repeating: 0, count: 200)
        var topics = 0
        for video in 0..<catalogue.count {
            let all = catalogue.topics(of: video)
            main[all[all.startIndex].topic] += 1
            topics += all.count
            #expect(abs(all.reduce(0) { $0 + $1.thousandths } - 1_000) <= 3)
            #expect(all.dropFirst().allSatisfy { $0.weight < all[all.startIndex].weight })
            #expect((15_000...1_200_000).contains(catalogue.duration(of: video)))
        }
        let zipf = (1...200).map { pow(Double($0), -0.8) }
        let total = zipf.reduce(0, +)
        for topic in [0, 1, 10] {
            let share: Double = zipf[topic] / total / 2 + 0.5 / 200
            let expected = 20_000 * share
            #expect(abs(Double(main[topic]) - expected) < 5 * expected.squareRoot())
        }
        #expect((1.6...1.95).contains(Double(topics) / 20_000))
    }

    @Test("a viewer's watches follow the core of the archetype")
    func taste() throws {
        var stream = try WatchStream(.base, seed: 14)
        let core = Set(stream.core(of: 0))
        var (inside, all) = (0, 0)
        while stream.epoch < 2, let event = stream.next() {
            let taste = stream.taste(of: event.viewer)
            guard taste.archetype == 0, taste.second == nil else { continue }
            all += 1
            if core.contains(event.topics[event.topics.startIndex].topic) { inside += 1 }
        }
        #expect(all > 1_000)
        // 85 % of the watches follow the taste and have a main topic of the core. Some of the noise has one by chance.
        #expect((0.84...0.93).contains(Double(inside) / Double(all)))
    }
}
