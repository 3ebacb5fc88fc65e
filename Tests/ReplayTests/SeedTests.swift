import Foundation
import ShoalGenerator
import ShoalPipeline
import TestSupport
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

@Suite("First clusters with default settings")
struct SeedTests {
    private let folder = try? TemporaryFolder()

    /// Replays a stream.
    private func replay(
        _ shape: StreamShape, seed: UInt64, partitions: Int = 4, _ rules: LifecycleRules = .current,
        key: String = "9f3c1be07d52a8463be9c0f15a7d2e8861c4b79a03fe5d2218a6e47b90cd35f1"
    ) async throws -> ReplayReport {
        var stream = try WatchStream(shape, seed: seed)
        var bytes: [UInt8] = []
        while let events = stream.nextEpoch() {
            for event in events {
                event.appendJSON(to: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
        let path = try #require(folder).file("events.ndjson", Data(bytes))
        let key = try #require(PrivacyKey(hex: key))
        var options = ReplayOptions(settings: Settings(), key: key)
        options.partitions = partitions
        var replay = Replay(options)
        replay.rules = rules
        return try await replay.run(file: path).report
    }

    private static func shape(viewers: Int, archetypes: Int = 20) -> StreamShape {
        var shape = StreamShape.base
        (shape.viewers, shape.archetypes) = (viewers, archetypes)
        return shape
    }

    /// The arguments are viewers, archetypes and the number of clusters at the end.
    @Test(
        "are published within three epochs after there are viewers for two",
        arguments: [(400, 4, 2), (400, 20, 1), (1_000, 4, 3), (1_000, 20, 2), (3_000, 20, 10)])
    func published(viewers: Int, archetypes: Int, least: Int) async throws {
        for seed: UInt64 in 1...2 {
            let rows = try await replay(Self.shape(viewers: viewers, archetypes: archetypes), seed: seed).rows
            let enough = try #require(rows.firstIndex { $0.eligible >= 200 })
            let first = try #require(rows.firstIndex { !$0.clusters.isEmpty }, "no cluster")
            #expect(first - enough <= 3, "\(first) after \(enough)")
            let last = try #require(rows.last)
            #expect(last.clusters.count >= least, "\(last.clusters.count)")
            #expect(rows[first...].allSatisfy { !$0.clusters.isEmpty })
            #expect(10 * last.unassigned <= last.eligible, "\(last.unassigned) of \(last.eligible)")
        }
    }

    @Test("of too few viewers are none, and the report says which number is short and what can be done")
    func none() async throws {
        let report = try await replay(Self.shape(viewers: 60), seed: 1, partitions: 1)
        #expect(report.clusters.isEmpty)
        let note = try #require(report.notes.first { $0.contains("no cluster was published") })
        #expect(note.contains("fewer than 100 viewers have 5 events") && note.contains("of the 200 that two"))
        #expect(note.contains("a lower privacy.min-cluster-size") && note.contains("members.min-events"))
    }

    @Test("follow an audience that grows, and keep their ids where they stay alike")
    func growing() async throws {
        var shape = Self.shape(viewers: 300, archetypes: 4)
        shape.epochs = 90
        shape.script = DriftScript([30, 34, 38].map { .init($0, .birth(share: 1)) })
        let rows = try await replay(shape, seed: 3).rows
        let first = try #require(rows.first { !$0.clusters.isEmpty })
        let last = try #require(rows.last)
        #expect(last.clusters.count > first.clusters.count)
        for (row, next) in zip(rows, rows.dropFirst()) where !row.clusters.isEmpty {
            #expect(!Set(row.clusters).isDisjoint(with: next.clusters), "\(row.clusters), \(next.clusters)")
        }
    }

    /// The digest is that of `FingerprintTests` in the release with rules 8.
    @Test("rules 8 give the models that they gave")
    func before() async throws {
        var shape = StreamShape.drift
        (shape.viewers, shape.epochs) = (2_000, 96)
        #expect(
            try await replay(shape, seed: 1, .previous, key: String(repeating: "00", count: 32)).digest
                == "4ab0150e2d6a37aa68988188bdc220e21940f56145bc73f70d7c14d85555e778")
    }
}
