import ShoalClustering
import ShoalKafka
import Testing

@testable import ShoalPipeline

@Suite("A start is held against the recorded application")
struct ApplicationCheckTests {
    @Test("other settings than the recorded ones need a higher revision")
    func revision() throws {
        let key = try #require(PrivacyKey(hex: String(repeating: "5ac3071e94d86b2f", count: 4)))
        var options = PipelineOptions(
            application: "app", instance: "a", kafka: ClientConfiguration([:]),
            topics: .init(
                input: "in", changes: "out", members: nil, deadLetters: "dead", deltas: "deltas", models: "models",
                state: "state"), key: key)
        func problem(_ seedMembers: SeedMembers, _ rules: LifecycleRules = .current) throws -> PipelineError? {
            var settings = Settings()
            (settings.seedMembers, settings.policy) = (seedMembers, options.settings.policy)
            var model = Model.genesis(settings: settings.under(rules), topics: [])
            model.rules = rules
            let bookkeeping = Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0)
            let record = ModelRecord(bookkeeping: bookkeeping, keyFingerprint: key.fingerprint, model: model)
            return ApplicationCheck(last: record).problem(with: options, partitions: 1)
        }
        options.settings.policy = TopicPolicy(
            told: .listed, neutralized: ["faith"], rules: [.init(category: "faith", form: .words, term: "islam")])
        #expect(options.settings.seedMembers == .auto)
        #expect(try problem(.auto) == nil)
        #expect(try problem(.auto, .previous) == nil, "the previous rules do not neutralize")
        let refused = try #require(try problem(1_000))
        #expect(refused.kind == .configuration && "\(refused)".contains("settings.revision"), "\(refused)")
        options.settings.seedMembers = 1_000
        #expect(try problem(1_000) == nil)
        options.settings.revision = 1
        #expect(try problem(300) == nil, "the next model has the settings of this instance")
    }
}
