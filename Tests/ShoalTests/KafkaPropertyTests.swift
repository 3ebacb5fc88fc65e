import ShoalKafka
import Testing

@testable import ShoalOperator

@Suite("Problems of librdkafka's properties")
struct KafkaPropertyTests {
    @Test("every property that clients set themselves has its reason")
    func owned() {
        #expect(Set(KafkaProperty.reasons.keys) == ClientConfiguration.owned)
        let problem = KafkaProperty.problem(with: "group.id", value: "a")
        #expect(problem == "Shoal sets it itself: it is application.id")
    }

    @Test("a mistyped name gets a suggestion, and a wrong value its range")
    func names() {
        let mistyped = KafkaProperty.problem(with: "bootstrap.server", value: "a")
        #expect(mistyped?.hasSuffix("has no such setting; did you mean kafka.bootstrap.servers?") == true)
        #expect(KafkaProperty.problem(with: "debug", value: "nonsense")?.contains("no such setting") == false)
        #expect(KafkaProperty.problem(with: "linger.ms", value: "20") == nil)
    }
}
