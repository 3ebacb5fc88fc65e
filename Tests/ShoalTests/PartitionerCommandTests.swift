import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("Records in the wrong partition")
struct PartitionerCommandTests {
    private static let partitions: Int32 = 4

    private func event(_ viewer: String, _ number: Int) -> String {
        #"{"event_id":"\#(viewer)-\#(number)","user_id":"\#(viewer)","topics":["chess"],"watched_ms":60000,"#
            + #""duration_ms":60000,"event_time_ms":\#(1_700_000_000_000 + number)}"#
    }

    /// Sends an event of each of 40 viewers.
    private func publish(_ application: ObservedApplication, _ partitioner: Partitioner) throws {
        let producer = try Producer(application.broker.configuration(), partitioner: partitioner)
        for viewer in 0..<40 {
            try producer.produce(to: "\(application.name)-in", key: "u\(viewer)", value: event("u\(viewer)", 0))
        }
        try producer.flush(timeout: .seconds(10))
    }

    /// The partition of a viewer.
    private func partition(_ viewer: String, _ partitioner: Partitioner) throws -> Int32 {
        let key = Array(viewer.utf8)
        let partition = partitioner.partition(of: key.span, count: Self.partitions)
        return try #require(partition)
    }

    @Test("a start on a topic of another partitioner ends with 78, and names the right value")
    func refused() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: Int(Self.partitions))
        try publish(application, .crc32)
        let refused = try shoal(
            ["run"] + application.settings(["input.partitioner": "murmur2"]),
            environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(refused.status == 78, "\(refused.output)")
        #expect(refused.output.contains("Set input.partitioner=crc32"), "\(refused.output)")
        let settings = ["input.partitioner": "crc32"]
        let process = try application.run(settings)
        let port = try await application.port(process)
        let text = try await application.metrics(port) { ($0["shoal_events_total"] ?? 0) == 40 }
        #expect(metricValues(text)["shoal_wrong_partition_total"] == 0)
        #expect(try await process.stop() == 0)
        let other = try shoal(
            ["run"] + application.settings(["input.partitioner": "murmur2"]),
            environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(other.status == 78 && other.output.contains("input.partitioner is murmur2, and was crc32"), "\(other)")
    }

    @Test("misplaced records are counted, and a misplaced erasure erases there and as soon as it is resubmitted")
    func misplaced() async throws {
        let application = try await ObservedApplication()
        let (input, settings) = ("\(application.name)-in", ["input.partitioner": "murmur2"])
        try application.createTopics(partitions: Int(Self.partitions))
        let process = try application.run(ObservedApplication.short.merging(settings) { $1 })
        let port = try await application.port(process)
        try publish(application, .murmur2)
        _ = try await application.metrics(port) { $0["shoal_events_total"] == 40 }
        let viewers = (0..<40).map { "u\($0)" }
        let viewer = try #require(
            try viewers.first { try partition($0, .murmur2) != partition($0, .crc32) })
        let (right, wrong) = (try partition(viewer, .murmur2), try partition(viewer, .crc32))
        let producer = try Producer(application.broker.configuration(), partitioner: .crc32)
        try producer.produce(to: input, key: viewer, value: event(viewer, 1))
        try producer.produce(to: input, key: viewer, value: nil)
        try producer.flush(timeout: .seconds(10))
        let metrics = metricValues(
            try await application.metrics(port) { metrics in
                metrics[#"shoal_dead_letters_total{reason="wrong_partition"}"#] == 1
                    && metrics["shoal_erased_viewers_total"] == 1
            })
        #expect(metrics["shoal_wrong_partition_total"] == 2)
        try await process.waitForLog("records are in the wrong partition")

        let words = application.settings(settings)
        let unfit = try shoal(["status", "--check"] + words)
        #expect(unfit.status == 2 && unfit.output.contains("input.partitioner=murmur2 gives"), "\(unfit.output)")
        let end = ContinuousClock.now + patience
        var sent = try shoal(["dead-letters", "resubmit", "--reason", "wrong_partition"] + words)
        while sent.lines.first != "1 sent to \(input)", ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(200))
            sent = try shoal(["dead-letters", "resubmit", "--reason", "wrong_partition"] + words)
        }
        #expect(sent.lines.first == "1 sent to \(input)", "\(sent.output)")
        _ = try await application.metrics(port) { $0["shoal_erased_viewers_total"] == 2 }
        let erasures = try await application.broker.records(of: input).filter { $0.value == nil }
        #expect(erasures.map(\.partition).sorted() == [right, wrong].sorted())
        #expect(try await process.stop() == 0)
    }

    @Test("publish places viewers as input.partitioner says")
    func sending() async throws {
        let broker = try await TestBroker.shared()
        let topic = uniqueName("placed")
        try await broker.create([topic: Self.partitions])
        let folder = try TemporaryFolder()
        let lines = (0..<30).map { event("viewer-\($0)", $0) }
        let file = try folder.file("events.ndjson", lines.joined(separator: "\n") + "\n")
        let words = [
            "--set", "kafka.bootstrap.servers=\(broker.bootstrap)", "--set", "input.partitioner=crc32",
        ]
        let published = try shoal(["publish", file, "--topic", topic] + words)
        #expect(published.status == 0, "\(published.output)")
        let records = try await broker.records(of: topic)
        #expect(records.count == 30)
        for record in records { #expect(try partition(record.keyText, .crc32) == record.partition) }
    }
}
