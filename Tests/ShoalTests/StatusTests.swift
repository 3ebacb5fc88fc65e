import Foundation
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import TestSupport
import Testing

@testable import ShoalOperator

extension ObservedApplication {
    /// The shortest session timeouts that brokers allow, so that a stopped member is removed soon.
    static let short = [
        "kafka.session.timeout.ms": "6000", "kafka.heartbeat.interval.ms": "500", "transaction.timeout": "3s",
        "snapshot.interval": "200ms",
    ]

    /// Returns the output of `shoal status --json`.
    func status(_ more: [String] = []) throws -> [String: Any] {
        var result = try shoal(["status", "--json"] + more + settings())
        // The broker shares two cores with all other tests and may answer late.
        for _ in 0..<5 where result.status == 69 { result = try shoal(["status", "--json"] + more + settings()) }
        #expect(result.status == 0, "\(result.output)")
        let line = result.lines.last { $0.hasPrefix("{") } ?? ""
        return try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(result.output)")
    }

    /// Waits until the status satisfies the condition and returns it, for at most `patience`.
    func status(until isRight: ([String: Any]) -> Bool) async throws -> [String: Any] {
        let end = ContinuousClock.now + patience
        while true {
            let status = try status()
            if isRight(status) { return status }
            guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: "\(status)") }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Returns the instances in the group.
    static func instances(_ status: [String: Any]) -> [[String: Any]] {
        (status["group"] as? [String: Any])?["instances"] as? [[String: Any]] ?? []
    }

    static func partitions(_ status: [String: Any]) -> [[String: Any]] {
        status["partitions"] as? [[String: Any]] ?? []
    }

    static func model(_ status: [String: Any]) -> [String: Any] { status["model"] as? [String: Any] ?? [:] }
}

@Suite("shoal status")
struct StatusTests {
    private static let brokers =
        [TestBroker.kind]
        + (TestBroker.hasApache && !TestBroker.kind.isApache
            ? [TestBroker.convincing] : [])

    @Test("assignments, lag and model are shown from Kafka alone", arguments: brokers)
    func fares(_ kind: TestBroker.Kind) async throws {
        let application = try await ObservedApplication(kind)
        try application.createTopics(partitions: 2)
        let before = try shoal(["status"] + application.settings())
        #expect(before.status == 0 && before.output.contains("has not started"), "\(before.output)")
        let unfit = try shoal(["status", "--check"] + application.settings())
        #expect(unfit.status == 2 && unfit.output.contains("no instance is running"), "\(unfit.output)")
        try await application.publish()
        let instance = try application.run(ObservedApplication.short.merging(["instance.id": "anna"]) { $1 })
        let status = try await application.status { status in
            status["lag"] as? Int == 0 && ObservedApplication.model(status)["shown"] as? Int == 2
                && ObservedApplication.partitions(status).allSatisfy {
                    $0["is_caught_up"] as? Bool == true && $0["snapshot_ms"] != nil
                } && status["unknown"] as? [String] == []
        }
        let instances = ObservedApplication.instances(status)
        #expect(instances.count == 1 && instances[0]["id"] as? String == "anna", "\(instances)")
        #expect(instances.first?["partitions"] as? [Int] == [0, 1] && instances[0]["is_coordinator"] as? Bool == true)
        let partitions = ObservedApplication.partitions(status)
        #expect(partitions.count == 2 && partitions.allSatisfy { $0["phase"] as? String == "open" }, "\(partitions)")
        #expect(
            partitions.allSatisfy { $0["instance"] as? String == "anna" && $0["event_time_lag_seconds"] as? Int == 0 })
        let model = ObservedApplication.model(status)
        #expect(
            model["withheld"] as? Int == 0 && model["partitions"] as? Int == 2 && (model["members"] as? Int ?? 0) > 20)
        #expect((status["dead_letters_at_most"] as? Int ?? 0) >= 1)
        #expect(status["unknown"] as? [String] == [])
        let text = try shoal(["status"] + application.settings())
        #expect(
            text.lines.contains { $0.hasPrefix("  anna") && $0.hasSuffix("0, 1; publishes models") }, "\(text.output)")
        #expect(text.output.contains("2 published clusters, none suppressed"))
        #expect(!text.output.contains("chess") && !text.output.contains("u1"), "no topic, no viewer")
        let fit = try shoal(
            ["status", "--check", "--max-lag", "0", "--max-event-lag", "1m"] + application.settings())
        #expect(fit.status == 0 && fit.output.isEmpty, "\(fit.output)")
        #expect(try await instance.stop() == 0)
        // Noida never removes a static member.
        if kind.isApache { try await behind(application) }
    }

    /// Checks the lag when no instance is running and six hours of events are waiting.
    private func behind(_ application: ObservedApplication) async throws {
        try await application.publish()
        let status = try await application.status { ObservedApplication.instances($0).isEmpty }
        let lag = try #require(status["lag"] as? Int)
        #expect(lag >= 150)
        let late = ObservedApplication.partitions(status).compactMap { $0["event_time_lag_seconds"] as? Double }
        // The middle of 16 events. Each partition has at least 72 events in six hours.
        #expect(late.count == 2 && late.allSatisfy { (14_400...18_000).contains($0) }, "\(late)")
        let unfit = try shoal(
            ["status", "--check", "--max-lag", "10", "--max-event-lag", "3h"] + application.settings())
        #expect(unfit.status == 2 && unfit.lines.count == 3, "\(unfit.output)")
        #expect(unfit.output.contains("partition 0, 1: more than 10 records behind"), "\(unfit.output)")
        #expect(unfit.output.contains("partition 0, 1: more than 3 h of event time behind"), "\(unfit.output)")
    }

    @Test("the partition that delays the others is named")
    func held() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 2)
        let producer = try Producer(application.broker.configuration())
        for viewer in 0..<12 {
            let event = #"{"user_id":"u\#(viewer)","topics":["go"],"watched_ms":9,"event_time_ms":1700000000000}"#
            try producer.produce(to: "\(application.name)-in", partition: 0, key: "u\(viewer)", value: event)
        }
        try producer.flush(timeout: .seconds(10))
        let instance = try application.run(ObservedApplication.short.merging(["epoch.idle-timeout": "10m"]) { $1 })
        let status = try await application.status { status in
            (status["waiting"] as? [String: Any])?["is_held_back"] as? Bool == true
        }
        let waiting = try #require(status["waiting"] as? [String: Any])
        #expect(waiting["partitions"] as? [Int] == [1], "\(waiting)")
        let text = try shoal(["status"] + application.settings())
        #expect(
            text.output.contains("the first epoch waits for partition 1, which others have closed"), "\(text.output)"
        )
        #expect(try await instance.stop() == 0)
    }

    @Test("--watch repeats the output, and ends with 0 when stopped")
    func watch() async throws {
        let application = try await ObservedApplication()
        try application.createTopics(partitions: 1)
        let watching = try ShoalProcess(["status", "--json", "--watch", "1"] + application.settings())
        let end = ContinuousClock.now + patience
        while watching.log.components(separatedBy: "\"application\"").count < 3, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(watching.log.components(separatedBy: "\"application\"").count >= 3)
        #expect(try await watching.stop() == 0)
    }

    @Test("a missing input means missing data, and thresholds require --check")
    func refused() async throws {
        let application = try await ObservedApplication()
        let missing = try shoal(["status"] + application.settings())
        #expect(missing.status == 72 && missing.output.contains("shoal topics create"), "\(missing.output)")
        for words in [["--max-lag", "3"], ["--check", "--max-event-lag", "soon"], ["--check", "--watch", "3"]] {
            #expect(try shoal(["status"] + words + application.settings()).status == 64)
        }
        let nobody = try shoal(["status", "--set", "kafka.bootstrap.servers=127.0.0.1:1"])
        #expect(nobody.status == 69, "\(nobody.output)")
    }
}
