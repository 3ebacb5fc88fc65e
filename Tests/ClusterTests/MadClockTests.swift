import Foundation
import ShoalClustering
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Wrong clocks of devices", .serialized)
    struct MadClockTests {
        /// Returns the stream of `InputStream` with additional events: a first event from 1970 and one from 2090, a
        /// phone a year ahead with twenty videos, and a tenth of all viewers with a time zone that is off by nine
        /// hours.
        private func stream() -> [InputStream.Record] {
            func event(_ viewer: String, _ number: Int, _ time: Int64) -> InputStream.Record {
                let value =
                    #"{"event_id":"\#(viewer)-\#(number)","user_id":"\#(viewer)","topics":["chess"],"#
                    + #""watched_ms":50000,"duration_ms":60000,"event_time_ms":\#(time)}"#
                return .init(key: Array(viewer.utf8), value: Array(value.utf8))
            }
            let year: Int64 = 365 * 24 * 3_600_000
            var records: [InputStream.Record] = []
            for viewer in 0..<2 { records.append(event("epoch-zero-\(viewer)", 0, 12_345)) }
            for viewer in 0..<2 { records.append(event("far-\(viewer)", 0, 3_786_912_000_000)) }
            for (index, record) in InputStream(seed: 41, viewers: 240, epochs: 12, watches: 1, clean: true).records
                .enumerated()
            {
                records.append(record)
                if index % 20 == 0, index / 20 < 20 {
                    records.append(event("ahead", index, InputStream.start + year + Int64(index)))
                }
                if index % 10 == 0 {
                    let hours = InputStream.epoch * 9
                    let time = InputStream.start + Int64(index / 240) * InputStream.epoch + hours
                    records.append(event("zone-\(index / 10 % 24)", index, time))
                }
            }
            return records
        }

        @Test(
            "events from 1970, from 2090 and from a phone a year ahead count without moving the epochs"
        )
        func bears() async throws {
            let broker = try await TestBroker.shared()
            let application = try Application(
                broker, "clocks", topics: InputStream.topics, settings: ["input.time-range": "any"])
            try await application.createTopics(partitions: 2)
            try InputStream.publish(stream(), to: application.input, broker)
            let instance = try application.start()
            try await application.settle([instance])
            #expect(try await instance.stop() == 0)
            let checker = try await Checker(application)
            try checker.check()
            #expect(try await application.records(of: application.deadLetters).isEmpty)
            let first = InputStream.start / InputStream.epoch
            let versions = try await application.modelHashes().keys.sorted()
            #expect(versions.first == first - 1 && versions.last == first + 11, "\(versions)")
            let changes = try checker.decodedChanges()
            let times = changes.compactMap(\.eventTime)
            #expect(!times.isEmpty && times.allSatisfy { $0 <= InputStream.start + 13 * InputStream.epoch })
            let line = try #require(instance.log.split(separator: "\n").last { $0.contains("released partitions") })
            func count(_ name: String) -> Int {
                line.split(separator: " ").first { $0.hasPrefix("\(name)=") || $0.hasPrefix("(\(name)=") }
                    .flatMap { Int($0.drop { $0 != "=" }.dropFirst()) } ?? 0
            }
            #expect(count("early") > 20 && count("late") > 20, "\(line)")
            #expect(count("events") == checker.input.count, "\(line)")
        }
    }
}
