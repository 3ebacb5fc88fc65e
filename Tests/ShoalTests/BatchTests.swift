import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("Records of several events")
struct BatchTests {
    private static let partitions: Int32 = 2
    private let map = [
        "input.map": "viewer=events[].who,topics=events[].tags,time=events[].at,id=events[].id,batch=events[]",
        "input.partitioner": "murmur2",
    ]

    private func place(_ viewer: String) throws -> Int32 {
        let key = Array(viewer.utf8)
        let partition = Partitioner.murmur2.partition(of: key.span, count: Self.partitions)
        return try #require(partition)
    }

    private func event(_ viewer: String, _ topic: String, at time: Int) -> String {
        #"{"who":"\#(viewer)","tags":["\#(topic)"],"at":\#(time),"id":"\#(viewer)-\#(time)"}"#
    }

    @Test("a batch is handled as a whole, strays and faults are dead letters, and a repetition is identical")
    func wholeStory() async throws {
        let application = try await ObservedApplication()
        let settings = application.settings(map)
        let created = try shoal(["topics", "create", "--partitions", "\(Self.partitions)"] + settings)
        #expect(created.status == 0, "\(created.output)")
        let instance = try application.run(map.merging(ObservedApplication.short) { $1 })
        let producer = try Producer(application.broker.configuration())
        let start = 1_700_000_000_000
        let viewers = (0..<40).map { "u\($0)" }
        func send(_ events: [String], _ partition: Int32) throws {
            let value = Array(#"{"events":[\#(events.joined(separator: ","))]}"#.utf8)
            try producer.produce(
                to: "\(application.name)-in", partition: partition, key: Array("device".utf8).span, value: value.span)
        }
        for hour in 0..<8 {
            for partition in 0..<Self.partitions {
                let here = try viewers.filter { try place($0) == partition }
                // Some of these batches lie on both sides of an epoch's end.
                for from in stride(from: 0, to: here.count, by: 3) {
                    let batch = here[from..<min(from + 3, here.count)].enumerated().map { index, viewer in
                        event(
                            viewer, hour < 4 || from % 2 == 0 ? "chess" : "cats",
                            at: start + hour * 3_600_000 + index * 1_800_000)
                    }
                    try send(batch, partition)
                }
            }
        }
        let stray = try #require(try viewers.first { try place($0) == 1 })
        let home = try #require(try viewers.first { try place($0) == 0 })
        try send([event(home, "cats", at: start + 5), event(stray, "cats", at: start + 1)], 0)
        try send([event(home, "cats", at: start), #"{"who":"u","tags":["x"]}"#], 0)
        try send([], 0)
        try producer.flush(timeout: .seconds(10))
        let port = try await application.port(instance)
        let metrics = try await application.metrics(port) {
            $0[#"shoal_dead_letters_total{reason="missing_event_time"}"#] == 1
                && $0[#"shoal_dead_letters_total{reason="wrong_partition"}"#] == 1
        }
        // 8 hours of 40 viewers, and one event beside the stray.
        #expect(metricValues(metrics).filter { $0.key.hasPrefix("shoal_events_total") }.values.reduce(0, +) == 321)
        #expect(try await instance.stop() == 0)
        let letters = try shoal(["dead-letters", "list", "--summary"] + settings)
        #expect(letters.lines.sorted() == ["missing_event_time  1", "wrong_partition     1"], "\(letters.output)")
        let verified = try shoal(
            ["verify"] + settings, environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(verified.status == 0 && verified.output.contains("identical: "), "\(verified.output)")
    }

    @Test("publish sends batches of one viewer as they are, and refuses those of several")
    func publish() async throws {
        let application = try await ObservedApplication()
        try await application.broker.create(["\(application.name)-in": 2])
        let folder = try TemporaryFolder()
        let lines = [
            [event("a", "x", at: 1_700_000_000_000), event("a", "y", at: 1_700_000_000_001)],
            [event("a", "x", at: 1_700_000_000_002), event("b", "y", at: 1_700_000_000_003)],
        ].map { #"{"events":[\#($0.joined(separator: ","))]}"# }
        let path = try folder.file("batches.ndjson", lines.joined(separator: "\n"))
        let words = ["publish", path] + application.settings(map)
        let result = try shoal(words)
        #expect(result.output.contains("batches.ndjson:2: the events belong to several viewers"), "\(result.output)")
        let records = try await application.broker.records(of: "\(application.name)-in")
        #expect(records.map(\.keyText) == ["a"] && records.map(\.valueText) == [lines[0]])
    }
}
