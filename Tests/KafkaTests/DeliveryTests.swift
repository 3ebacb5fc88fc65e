import ShoalKafka
import Synchronization
import TestSupport
import Testing

@Suite("Records that cannot be delivered")
struct DeliveryTests {
    @Test("a producer without transactions throws the broker's error at the flush")
    func refused() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("events", partitions: 1)
        let producer = try Producer(ClientConfiguration(["bootstrap.servers": cluster.bootstrapServers]))
        try producer.produce(to: "events", key: "a", value: "1")
        try producer.flush(timeout: .seconds(10))
        #expect(producer.undelivered == nil)
        // 29: TOPIC_AUTHORIZATION_FAILED.
        cluster.fail(.produce, with: [29])
        try producer.produce(to: "events", key: "a", value: "2")
        let error = #expect(throws: KafkaError.self) { try producer.flush(timeout: .seconds(10)) }
        #expect(error?.isAuthorization == true)
        #expect(error?.operation == .producing(topic: "events"))
        #expect(producer.undelivered?.count == 1)
    }
}

@Suite("Librdkafka's settings")
struct SettingNamesTests {
    @Test("librdkafka knows all names and refuses only values")
    func names() {
        let names = ClientConfiguration.names
        #expect(names.count > 80)
        for name in ["bootstrap.servers", "sasl.username", "ssl.ca.location", "security.protocol"] {
            #expect(names.contains(name))
        }
        #expect(!names.contains("isolation.level"), "clients set it themselves")
        for name in names {
            let problem = ClientConfiguration.problem(with: name, value: "")
            #expect(problem != .unknown, "\(name)")
        }
    }

    /// Librdkafka leaves secrets out of its log by a mark in its table of settings, which it does not show otherwise.
    @Test("every setting that librdkafka leaves out of its log is a secret here, too")
    func secrets() throws {
        let known = Mutex<[String: Bool]>([:])
        for name in ClientConfiguration.names where ClientConfiguration.problem(with: name, value: "xyzzy") == nil {
            let configuration = ClientConfiguration([name: "xyzzy", "debug": "conf"]) { line in
                guard line.facility == "CONF", line.text.contains(" \(name) = ") else { return }
                known.withLock { $0[name] = line.text.contains("[redacted]") }
            }
            // A client that is refused has written its settings before, or not: `known` says which.
            _ = try? Producer(configuration)
        }
        let names = known.withLock { $0 }
        #expect(names.count > 20 && names.values.contains(true), "\(names)")
        for (name, isSecret) in names where isSecret { #expect(ClientConfiguration.isSecret(name), "\(name)") }
    }

    @Test("secrets of later versions are told by their names, and paths and harmless settings are none")
    func secretNames() {
        for name in [
            "sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.certificate.pem", "ssl.ca.pem",
            "sasl.oauthbearer.client.secret", "sasl.oauthbearer.assertion.private.key.passphrase", "sasl.jaas.config",
            "sasl.oauthbearer.config", "sasl.oauthbearer.extensions", "some.new.token", "aws.secret.access.key",
        ] { #expect(ClientConfiguration.isSecret(name), "\(name)") }
        for name in [
            "bootstrap.servers", "ssl.ca.location", "ssl.keystore.location", "sasl.mechanism", "security.protocol",
            "sasl.kerberos.keytab", "client.id", "sasl.password.file",
        ] { #expect(!ClientConfiguration.isSecret(name), "\(name)") }
        #expect(ClientConfiguration.isSecret("some.url", value: "https://anna:hunter2@host/x"))
        #expect(!ClientConfiguration.isSecret("some.url", value: "https://host/x@y"))
    }
}
