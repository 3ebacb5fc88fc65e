import ShoalSchemas
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Models by other rules")
struct RulesMismatchTests {
    /// A record of the model topic that names these rules, and nothing else that this program knows.
    private func value(rules: Int64?) -> [UInt8] {
        var head = ProtoWriter()
        if let rules { head.field(10, rules) }
        head.field(900, Int64(1))
        var part = ProtoWriter()
        Chunks.Chunk(index: 0, count: 1, size: 1, data: [1], clear: head.bytes, format: 9).write(&part)
        return part.bytes
    }

    /// A record of a version before records were sealed.
    private func unsealed(rules: Int64?) -> [UInt8] {
        var content = ProtoWriter()
        if let rules { content.field(1, rules) }
        content.field(900, Int64(1))
        var record = ProtoWriter()
        record.present(8, fixed64: 1)
        record.present(9, bytes: content.bytes)
        var part = ProtoWriter()
        let data = Compression.zlib.compress(record.bytes)
        Chunks.Chunk(index: 0, count: 1, size: Int64(record.bytes.count), data: data, format: 0).write(&part)
        return part.bytes
    }

    @Test("are told apart from records that are damaged", arguments: [1, 7, 10, 4_000_000_000])
    func typed(_ rules: Int64) throws {
        for record in [value, unsealed] {
            var table = ModelTable(.test)
            let value = record(rules)
            #expect(throws: RulesMismatch(recorded: rules)) { try table.take(value.span, offset: 0) }
            let none = record(nil)
            #expect(throws: ProtoError.badValue) { try table.take(none.span, offset: 0) }
        }
    }

    @Test("a record of these rules that is not sealed is refused, and one of another key is told apart")
    func unsealed() throws {
        var table = ModelTable(.test)
        let value = unsealed(rules: LifecycleRules.current.version)
        let error = #expect(throws: ProtoError.self) { try table.take(value.span, offset: 0) }
        #expect("\(String(describing: error))".contains("did not seal"))
        let record = try #require(try EngineWorld(epochs: 1).models.first)
        let other = RecordSealer(PrivacyKey(bytes: Array(repeating: 5, count: 32)), topic: "test", partition: 0)
        #expect(throws: KeyMismatch.self) { try record.readAgain(by: other) }
    }

    @Test("models of the previous release are read, and keep its rules")
    func previous() throws {
        var model = Model.genesis(settings: Settings(), topics: [])
        model.rules = .previous
        let record = ModelRecord(
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0),
            firstOffsets: [0], keyFingerprint: 1, model: model)
        #expect(try record.readAgain().model == model)
    }

    @Test("the message names the versions and the way on")
    func messages() {
        #expect(LifecycleRules.current.version == 9)
        #expect(
            RulesMismatch(recorded: 7).message("shoal")
                == "Cannot continue application shoal: this version of Shoal continues rules 8 and 9, and the "
                + "application has rules 7. Start a new application with another application.id, reset this one with "
                + "`shoal reset`, or continue it with the release before.")
        let newer = RulesMismatch(recorded: 10).message("shoal")
        #expect(newer.contains("rules 8 and 9") && newer.contains("rules 10 of a later release. A downgrade is not"))
    }
}
