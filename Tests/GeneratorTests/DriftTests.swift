import ShoalGenerator
import Testing

@Suite("Drift scripts")
struct DriftTests {
    static let shape = StreamShape.drift.with {
        $0.viewers = 4_000
        $0.videos = 4_000
        $0.epochs = 130
    }

    /// Returns the stream at the beginning of an epoch.
    static func stream(at epoch: Int, _ shape: StreamShape = shape, seed: UInt64 = 21) throws -> WatchStream {
        var stream = try WatchStream(shape, seed: seed)
        while stream.epoch < epoch { _ = stream.nextEpoch() }
        return stream
    }

    static func sizes(_ stream: WatchStream) -> [Int: Int] {
        var sizes: [Int: Int] = [:]
        for viewer in 0..<stream.viewers where !stream.taste(of: viewer).isSilent {
            sizes[stream.taste(of: viewer).archetype, default: 0] += 1
        }
        return sizes
    }

    @Test("a script with a birth, a split, a merge, a death, a scattering and a wandering group")
    func script() throws {
        var stream = try WatchStream(Self.shape, seed: 21)
        let first = (Self.sizes(stream), (0..<20).map(stream.core))
        while stream.epoch < 40 { _ = stream.nextEpoch() }
        #expect(stream.viewers == 4_120)
        #expect(Self.sizes(stream)[20] == 120)
        #expect((4_000..<4_120).allSatisfy { stream.rate(of: $0) >= 0.5 && stream.taste(of: $0).second == nil })
        while stream.epoch < 60 { _ = stream.nextEpoch() }
        let (left, right) = (Self.sizes(stream)[3] ?? 0, Self.sizes(stream)[21] ?? 0)
        #expect(left + right == first.0[3])
        #expect(abs(Double(left) / Double(left + right) - 0.5) < 0.15)
        #expect(stream.core(of: 3) == first.1[3])
        #expect(stream.core(of: 21).prefix(4) == first.1[3].prefix(4))
        #expect(Set(stream.core(of: 21).dropFirst(4)).isDisjoint(with: first.1[3]))
        while stream.epoch < 89 { _ = stream.nextEpoch() }
        #expect(stream.core(of: 5) == stream.core(of: 6))
        #expect(stream.core(of: 5) == Array(first.1[5].prefix(4) + first.1[6].prefix(4)))
        #expect(Self.sizes(stream)[6] == nil)
        let (before, others) = (Self.sizes(stream), [0, 1, 2, 4])
        while stream.epoch < 100 { _ = stream.nextEpoch() }
        let after = Self.sizes(stream)
        #expect(after[8] == nil && after[9] == nil)
        #expect(others.allSatisfy { (after[$0] ?? 0) > (before[$0] ?? 0) })
        #expect(after.values.reduce(0, +) == 4_120 - (before[8] ?? 0))
        while stream.epoch < 125 { _ = stream.nextEpoch() }
        #expect(Set(stream.core(of: 7)).isDisjoint(with: first.1[7]))
    }

    @Test("operations report their kind, their begin and end, and when they become visible")
    func operations() throws {
        let operations = try Self.stream(at: 130).operations
        #expect(operations.map(\.begins) == [40, 40, 60, 80, 100, 100])
        #expect(operations.map(\.completes) == [40, 124, 60, 89, 100, 100])
        #expect(operations.map(\.archetypes) == [[20], [7], [3, 21], [5, 6], [8], [9]])
        let visible = operations.compactMap(\.firstVisible)
        #expect((41...48).contains(visible[0]))
        #expect((61...70).contains(visible[2]))
        #expect(visible[1] == 40 && visible[3] == 89 && visible[4] == 100)
        #expect((102...112).contains(visible[5]))
        #expect(try Self.stream(at: 41).operations.map(\.firstVisible) == [nil, 40])
    }

    @Test("cores may be given, including those that the script adds")
    func givenCores() throws {
        let shape = StreamShape.base.with {
            $0.archetypes = 2
            $0.coreTopics = 2
            $0.viewers = 200
            $0.epochs = 3
            $0.givenCores = [[5, 6], [7, 8], [9, 10], [5, 11]]
            $0.script = DriftScript([.init(1, .birth(share: 0.5)), .init(2, .split(0))])
        }
        let stream = try Self.stream(at: 3, shape)
        #expect((0..<4).map(stream.core) == shape.givenCores)
        #expect(throws: StreamShapeError.self) {
            _ = try WatchStream(shape.with { $0.givenCores = [[5, 5]] }, seed: 1)
        }
    }

    @Test("a silent archetype has no watches, and a viral topic has its share")
    func silenceAndViral() throws {
        let shape = Self.shape.with {
            $0.epochs = 8
            $0.script = DriftScript([
                .init(0, .silence(0)), .init(2, .viral(topic: 30, share: 0.4, epochs: 3)),
                .init(4, .birth(share: 0.1, like: 1)),
            ])
        }
        var stream = try WatchStream(shape, seed: 22)
        var shares: [Double] = []
        while let events = stream.nextEpoch() {
            #expect(events.allSatisfy { stream.taste(of: $0.viewer).archetype != 0 })
            let main = events.count { $0.topics[$0.topics.startIndex].topic == 30 }
            shares.append(Double(main) / Double(events.count))
        }
        #expect(shares[2...4].allSatisfy { abs($0 - 0.4) < 0.05 })
        #expect((shares[..<2] + shares[5...]).allSatisfy { $0 < 0.05 })
        #expect(stream.core(of: 20).prefix(4) == stream.core(of: 1).prefix(4))
    }
}
