import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("Starts refused by brokers")
struct RefusedStartTests {
    @Test(
        "a session timeout that brokers do not allow ends the start with the name of the setting",
        .enabled(if: TestBroker.hasApache, "needs Apache Kafka: noida takes any"))
    func sessionTimeout() async throws {
        let application = try await ObservedApplication(TestBroker.convincing)
        try application.createTopics(partitions: 2)
        // The brokers' default limit is half an hour.
        let settings = ["kafka.session.timeout.ms": "3600000", "kafka.max.poll.interval.ms": "3600000"]
        let refused = try shoal(
            ["run"] + application.settings(settings),
            environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(refused.status == 78, "\(refused.output)")
        #expect(
            refused.output.contains("kafka.session.timeout.ms must be within group.min.session.timeout.ms"),
            "\(refused.output)")
    }
}
