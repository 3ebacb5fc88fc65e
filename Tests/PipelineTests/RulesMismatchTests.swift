import ShoalClustering
import ShoalSchemas
import Testing

@testable import ShoalPipeline

@Suite("Models by other rules")
struct RulesMismatchTests {
    /// A record of the model topic whose model names these rules, and nothing else that this program knows.
    private func value(rules: Int64?) throws -> [UInt8] {
        var content = ProtoWriter()
        if let rules { content.field(1, rules) }
        content.field(900, Int64(1))
        var record = ProtoWriter()
        record.present(8, fixed64: 1)
        record.present(9, bytes: content.bytes)
        var part = ProtoWriter()
        part.field(2, 1)
        part.field(3, record.bytes.count)
        part.field(4, bytes: try #require(Chunks.split(record.bytes, largest: 1 << 20).first))
        return part.bytes
    }

    @Test("are told apart from records that are damaged", arguments: [1, 2, 4_000_000_000])
    func typed(_ rules: Int64) throws {
        var table = ModelTable()
        let value = try value(rules: rules)
        #expect(throws: RulesMismatch(recorded: rules)) { try table.take(value.span, offset: 0) }
        let none = try self.value(rules: nil)
        #expect(throws: ProtoError.badValue) { try table.take(none.span, offset: 0) }
    }

    @Test("the message names both versions and the way on")
    func messages() {
        #expect(LifecycleRules.current.version == 4)
        #expect(
            RulesMismatch(recorded: 2).message("shoal")
                == "Cannot continue application shoal: this version of Shoal uses rules 4, and the application was "
                + "started with rules 2. Start a new application with another application.id, reset this one with "
                + "`shoal reset`, or continue it with the release that started it.")
        let newer = RulesMismatch(recorded: 5).message("shoal")
        #expect(newer.contains("rules 4") && newer.contains("rules 5 of a later release. A downgrade is not possible"))
    }
}
