import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("Secured Kafka with SASL", .serialized, .enabled(if: TestBroker.startsApache, "needs Apache Kafka"))
struct SASLTests {
    /// A SASL mechanism, and a release of Kafka with which the installed librdkafka supports it.
    struct Way: Sendable, CustomTestStringConvertible {
        var mechanism: String
        var client: String
        var release: Int
        var testDescription: String { "\(mechanism), Kafka \(release)" }
    }

    /// Whether the installed librdkafka supports SCRAM with Kafka 4, which requires version 2.6.1.
    static let hasModernSCRAM =
        ClientConfiguration.libraryVersion.compare("2.6.1", options: .numeric) != .orderedAscending

    @Test(
        "the rights of deploy/acls.sh are sufficient",
        arguments: [
            Way(mechanism: "PLAIN", client: "sasl-shoal-plain", release: 4),
            Way(mechanism: "SCRAM-SHA-256", client: "sasl-shoal", release: 3),
            Way(mechanism: "SCRAM-SHA-512", client: "sasl-shoal-scram-sha-512", release: 3),
        ])
    func works(_ way: Way) async throws {
        let application = try await SecuredApplication(release: way.release)
        let settings = try application.settings(way.client)
        #expect(settings.contains("kafka.sasl.mechanisms=\(way.mechanism)"))
        try application.createTopics()
        try application.publish()
        try application.grant("run")
        let result = try await application.run(settings, until: "clusters changed")
        #expect(result.status == 0 && !result.output.contains("authorization"), "\(result.output)")
    }

    @Test("a wrong password ends with 77 and says what to check")
    func wrongPassword() async throws {
        let application = try await SecuredApplication(release: 4)
        let settings = try application.settings("sasl-shoal-plain") + ["--set", "kafka.sasl.password=wrong"]
        let instance = try await application.run(settings, until: nil)
        let topics = try shoal(["topics", "describe"] + settings)
        for (status, output) in [instance, (topics.status, topics.output)] {
            #expect(status == 77, "\(output)")
            #expect(output.contains("Invalid username or password"), "\(output)")
            #expect(output.contains("check kafka.sasl.mechanism, kafka.sasl.username"), "\(output)")
        }
    }

    @Test(
        "SCRAM with Kafka 4 and an old librdkafka ends with 77 and an alternative",
        .enabled(if: !hasModernSCRAM, "needs librdkafka before 2.6.1"), arguments: ["", "-scram-sha-512"])
    func oldSCRAM(_ client: String) async throws {
        let application = try await SecuredApplication(release: 4)
        let result = try await application.run(try application.settings("sasl-shoal\(client)"), until: nil)
        #expect(result.status == 77, "\(result.output)")
        let version = ClientConfiguration.libraryVersion
        #expect(result.output.contains("librdkafka \(version) does not support SCRAM with Kafka 4"), "\(result.output)")
        #expect(result.output.contains("use librdkafka 2.6.1 or later, or PLAIN or certificates"), "\(result.output)")
    }
}
