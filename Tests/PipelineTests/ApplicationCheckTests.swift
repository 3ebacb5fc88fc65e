import ShoalClustering
import ShoalKafka
import Testing

@testable import ShoalPipeline

@Suite("A start is held against the recorded application")
struct ApplicationCheckTests {
    @Test("an opt-out list requires the rules that have one")
    func optOut() throws {
        let key = try #require(PrivacyKey(hex: String(repeating: "5ac3071e94d86b2f", count: 4)))
        var options = PipelineOptions(
            application: "app", instance: "a", kafka: ClientConfiguration([:]),
            topics: .init(
                input: "in", changes: "out", members: nil, deadLetters: "dead", deltas: "deltas", models: "models",
                state: "state"), key: key)
        func problem(rules: Int64) throws -> PipelineError? {
            var model = Model.genesis(settings: Settings(), topics: [])
            model.rules = try #require(LifecycleRules(version: rules))
            let bookkeeping = Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0)
            let record = ModelRecord(bookkeeping: bookkeeping, keyFingerprint: key.fingerprint, model: model)
            return ApplicationCheck(last: record).problem(with: options, partitions: 1)
        }
        #expect(try problem(rules: 4) == nil)
        options.topics.optOut = "opt-out"
        let refused = try #require(try problem(rules: 4))
        #expect(refused.kind == .configuration && "\(refused)".contains("raise settings.revision"), "\(refused)")
        #expect(try problem(rules: 5) == nil)
        options.settings.revision = 1
        #expect(try problem(rules: 4) == nil, "the next model has the rules of this program")
    }
}
