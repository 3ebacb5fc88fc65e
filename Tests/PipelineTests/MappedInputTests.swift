import ShoalClustering
import ShoalSchemas
import ShoalSettings
import Testing

@testable import ShoalPipeline

@Suite("Input of another form")
struct MappedInputTests {
    private static let text = "viewer=who,topics=tags split pipe,time=at as s,where=kind:watch"

    @Test("a mapping is recorded with the model, and read back")
    func record() throws {
        var settings = Settings()
        settings.fixed.mapping = try EventMapping(Self.text)
        var writer = ProtoWriter()
        SettingsRecord.write(settings, &writer)
        var reader = ProtoReader(writer.bytes.span)
        #expect(try SettingsRecord.read(&reader) == settings)
        #expect(settings.fixed.mapping?.text == Self.text)
    }

    @Test("an intake reads by the mapping of the settings")
    func intake() throws {
        var settings = Settings()
        settings.fixed.mapping = try EventMapping(Self.text)
        let key = try #require(PrivacyKey(hex: String(repeating: "5ac307", count: 10) + "1e94"))
        var intake = Intake(key: key, options: WatchEventReader.Options().with(settings.fixed))
        guard case .event = intake.read(Array(#"{"kind":"watch","who":7,"tags":"a|b","at":1700000000}"#.utf8).span)
        else {
            Issue.record("not read")
            return
        }
        #expect(intake.viewer.elementsEqual("7".utf8) && intake.event.topics.count == 2)
        #expect(intake.event.time == 1_700_000_000_000)
        guard case .rejected(.excluded) = intake.read(Array(#"{"kind":"click","who":7}"#.utf8).span) else {
            Issue.record("not left out")
            return
        }
    }
}
