import Testing

@testable import ShoalKafka
@testable import ShoalPipeline

@Suite("What to do about an error of Kafka")
struct KafkaAdviceTests {
    private func error(_ code: KafkaError.Code, _ operation: KafkaError.Operation) -> KafkaError {
        KafkaError(code: code, text: "text", severity: .other, operation: operation)
    }

    private static let partition = TopicPartition("events", 0)

    @Test(
        "the advice names the right that the operation needs",
        arguments: [
            (.creatingTopic("events"), "Create on this topic or on the cluster"),
            (.deletingTopic("events"), "Delete on this topic"),
            (.describingSettings(topic: "events"), "DescribeConfigs on this topic"),
            (.reading(partition, at: 7), "Read on this topic"),
            (.producing(topic: "events", by: "producer"), "Write on this topic"),
            (.transaction(by: "transactional id a", .commit, topic: "events"), "Write on this topic"),
            (.watermarks(partition), "Read, Write or Describe on this topic"),
            (.transaction(by: "transactional id a", .commit), "Read on the input topics, Write on the output topics"),
        ] as [(KafkaError.Operation, String)])
    func topicRights(_ operation: KafkaError.Operation, _ right: String) {
        let message = error(.topicAuthorizationFailed, operation).message
        #expect(message == "\(operation): text (TOPIC_AUTHORIZATION_FAILED): grant \(right)")
    }

    @Test("a group can be deleted with another right than it is read")
    func groupRights() {
        #expect(
            error(.groupAuthorizationFailed, .deletingGroup("a")).message.hasSuffix(
                "grant Delete on the consumer group"))
        #expect(
            error(.groupAuthorizationFailed, .member(group: "a")).message
                .hasSuffix("grant Read and Describe on the consumer group"))
    }

    @Test("Shoal's settings and commands are named in messages, and not in the error itself")
    func settings() {
        let unknown = error(.unknownTopic, .describingTopic("events"))
        #expect(unknown.message.hasSuffix("create it with `shoal topics create`"))
        #expect("\(unknown)" == "describing events: text (_UNKNOWN_TOPIC)")
        let setting = error(.invalidArgument, .settingProperty("acks"))
        #expect(setting.message == "setting kafka.acks: text (_INVALID_ARG)")
        #expect("\(setting)" == "setting acks: text (_INVALID_ARG)")
        #expect((CancellationError() as any Error).message == "\(CancellationError())")
    }

    @Test("records that are too large are the fault of a setting only when they are sent")
    func tooLarge() {
        let sent = error(.messageTooLarge, .producing(topic: "events"))
        #expect(PipelineError(final: sent)?.kind == .configuration)
        #expect(PipelineError(final: error(.messageTooLarge, .reading(Self.partition))) == nil)
    }
}
