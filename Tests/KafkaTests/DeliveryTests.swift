import Kafka
import TestSupport
import Testing

@Suite("Records that cannot be delivered")
struct DeliveryTests {
    @Test("a producer without transactions tells at the flush what the broker refused")
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
        #expect(error?.context == "producing to events")
        #expect(producer.undelivered?.count == 1)
    }
}

@Suite("Librdkafka's settings")
struct SettingNamesTests {
    @Test("all names are known, and librdkafka takes or refuses each by its value only")
    func names() {
        let names = ClientConfiguration.names
        #expect(names.count > 80)
        for name in ["bootstrap.servers", "sasl.username", "ssl.ca.location", "security.protocol"] {
            #expect(names.contains(name))
        }
        #expect(!names.contains("isolation.level"), "Shoal sets it itself")
        for name in names {
            let problem = ClientConfiguration.problem(with: name, value: "")
            #expect(problem?.contains("No such configuration property") != true, "\(name)")
        }
    }
}
