import ShoalClustering
import ShoalKafka
import Testing

@testable import ShoalPipeline

@Suite("A start is held against the recorded application")
struct ApplicationCheckTests {
    /// An application of rules 5 recorded the number that was the default.
    @Test("a default that later rules brought is no other setting under the rules before")
    func defaults() throws {
        let key = try #require(PrivacyKey(hex: String(repeating: "5ac3071e94d86b2f", count: 4)))
        var options = PipelineOptions(
            application: "app", instance: "a", kafka: ClientConfiguration([:]),
            topics: .init(
                input: "in", changes: "out", members: nil, deadLetters: "dead", deltas: "deltas", models: "models",
                state: "state"), key: key)
        func problem(_ rules: LifecycleRules, _ seedMembers: SeedMembers) throws -> PipelineError? {
            var settings = Settings()
            settings.seedMembers = seedMembers
            var model = Model.genesis(settings: settings, topics: [])
            model.rules = rules
            let bookkeeping = Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0)
            let record = ModelRecord(bookkeeping: bookkeeping, keyFingerprint: key.fingerprint, model: model)
            return ApplicationCheck(last: record).problem(with: options, partitions: 1)
        }
        #expect(options.settings.seedMembers == .auto)
        #expect(try problem(.previous, 1_000) == nil && problem(.current, .auto) == nil)
        let refused = try #require(try problem(.current, 1_000))
        #expect(refused.kind == .configuration && "\(refused)".contains("settings.revision"), "\(refused)")
        #expect(try problem(.previous, 300) != nil)
        options.settings.seedMembers = 1_000
        #expect(try problem(.previous, 1_000) == nil)
        options.settings.revision = 1
        #expect(try problem(.previous, 300) == nil, "the next model has the settings of this instance")
    }
}
