import Foundation
import ShoalPipeline
import TestSupport
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

@Suite("Epochs that are given, with long gaps")
struct GivenSpanTests {
    private static let hour: Int64 = 3_600_000

    /// The epochs that are opened for the events of some epochs.
    private static func opened(_ occupied: [Epoch]) throws -> [Epoch] {
        let span = try #require(GivenSpan(occupied))
        return Array(sequence(first: span.first) { span.next(after: $0) })
    }

    @Test("every epoch is opened, but of many empty ones in a row only the first thousand")
    func epochs() throws {
        #expect(try Self.opened([7]) == [7])
        #expect(try Self.opened([9, 3, 5]) == Array(3...9))
        let most = GivenSpan.mostEmpty
        #expect(try Self.opened([0, most + 1]) == Array(0...most + 1))
        #expect(try Self.opened([0, most + 2]) == Array(0...most) + [most + 2])
        #expect(try Self.opened([0, 5_000_000, 5_000_001, 9_000_000]).count == 4 + 2 * Int(most))
        #expect(GivenSpan([]) == nil)
    }

    /// Replays viewers who watch in some hours, and later ones after a gap.
    private func replay(gap: Int64, partitions: Int = 3) async throws -> ReplayReport {
        let folder = try TemporaryFolder()
        var lines = ""
        for (index, epoch) in [0, 1, 2, gap, gap + 1].enumerated() {
            for viewer in 0..<60 {
                let time = (470_000 + epoch) * Self.hour + Int64(viewer)
                lines += #"{"user_id":"u\#(viewer)","event_id":"\#(index)-\#(viewer)","topics":["t\#(viewer % 3)"],"#
                lines += #""watched_ms":9000,"event_time_ms":\#(time)}"# + "\n"
            }
        }
        let path = try folder.file("events", lines)
        var settings = Settings()
        (settings.fixed.earliestTime, settings.fixed.latestTime) = (0, 253_402_300_799_999)
        settings.seedMembers = 20
        settings.clustersInitial = 3
        settings.minClusterSize = 1
        settings.minEvents = 1
        settings.topicsMinViewers = 1
        let key = try #require(PrivacyKey(hex: String(repeating: "5a", count: 32)))
        var options = ReplayOptions(settings: settings, key: key)
        (options.epochs, options.partitions) = (.given, partitions)
        return try await Replay(options).run(file: path).report
    }

    @Test("a gap of centuries costs no more than one of some weeks, and ends in the same clusters")
    func gap() async throws {
        let (short, long) = (try await replay(gap: 1_004), try await replay(gap: 9_000_000))
        #expect(long.input.events == 300 && long.rows.count == short.rows.count)
        #expect(long.rows.last?.members == short.rows.last?.members && long.totals == short.totals)
        let version = try #require(long.rows.last).version
        #expect(version == Epoch(9_470_001))
        let other = try await replay(gap: 9_000_000, partitions: 1)
        #expect(other.digest == long.digest)
    }

    @Test("events that lie too far apart are refused with the span and the limit")
    func tooLong() async throws {
        let error = await #expect(throws: ReplayError.self) { try await self.replay(gap: 69_000_000) }
        #expect(error?.kind == .input && error?.description.contains("span 69000002 epochs") == true)
        #expect(error?.description.contains("\(GivenSpan.most)") == true)
    }

    @Test("epochs that all partitions have passed over cost nothing, however many they are")
    func coordinator() throws {
        let settings = Settings()
        let model = Model.genesis(settings: settings, topics: [])
        var coordinator = Coordinator(
            model: model,
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState(), PartitionState()],
                deltaOffset: 0, oldestOffset: 0))
        let end: Epoch = 300_000_000
        var offset: Int64 = 0
        for (number, from, through) in [(1, nil, 9), (2, 10, end)] as [(Int64, Epoch?, Epoch)] {
            for partition in [0, 1] as [Int32] {
                let epochDelta = EpochDelta(
                    partition: partition, number: number, from: from, through: through, clusters: [], candidates: [],
                    namings: [])
                try coordinator.fold(.epochDelta(epochDelta), firstOffset: offset, offset: offset)
                offset += 1
            }
        }
        var (count, last) = (0, Epoch.min)
        let clock = Coordinator.Clock(now: .max, isIdle: { _ in false })
        while let next = try coordinator.publish(clock, settings: settings, unread: nil) {
            count += 1
            last = next.bookkeeping.through ?? last
        }
        #expect(last == end && count == 2 + 3_000)
    }
}
