import ShoalClustering
import ShoalSchemas
import ShoalSettings
import Testing

@testable import ShoalPipeline

@Suite("The record of the settings")
struct SettingsRecordTests {
    /// Settings of which none has its default.
    private var changed: Settings {
        var settings = Settings()
        settings.fixed.epochLength = 1_000
        settings.fixed.staleness = 3
        settings.fixed.clockQuorum = 9
        settings.fixed.clockMaxStep = 25
        settings.fixed.dedupWindow = 70_000
        settings.fixed.profileTopics = 17
        settings.fixed.partitioner = .any
        settings.fixed.earliestTime = 0
        settings.fixed.latestTime = 253_402_300_799_999
        settings.revision = 77
        settings.halfLife = 5_000
        settings.engagementMin = 6
        settings.topicsMax = 1_234
        settings.topicsMinViewers = 6
        settings.sensitiveTopics = [Array("health*".utf8), [], Array("faith".utf8)]
        settings.unicodeVersion = 150_100
        settings.minEvents = 7
        settings.memberTTL = 8_000
        settings.newMemberTTL = 9_000
        settings.membersMax = 10_001
        settings.seedMembers = 1_002
        settings.clustersInitial = 18
        settings.clustersMin = 4
        settings.clustersMax = 129
        settings.clustersMinMembers = 41
        settings.clustersMinShare = 2_001
        settings.clustersCount = 20
        settings.minClusterSize = 101
        (settings.memberAge, settings.memberWatches) = (259_200_000, 26)
        settings.publishesMemberships = true
        settings.fixed.inputMapping = [Array("viewer=u,topics=t,time=a".utf8)]
        settings.fixed.outputEvery = .event
        settings.fixed.rotation = 604_800_000
        settings.optedOut = [Array(1...16)]
        settings.policy = TopicPolicy(recorded: Array("told listed\ndrop faith words islam".utf8))
        return settings
    }

    private func bytes(_ settings: Settings) -> [UInt8] {
        var writer = ProtoWriter()
        SettingsRecord.write(settings, &writer)
        return writer.bytes
    }

    private func hex(_ settings: Settings) -> String {
        bytes(settings).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }

    @Test("default and changed settings have the bytes that released programs write")
    func pinned() {
        let standard =
            "0880dddb011002180820182880800430104080b899294805508080045805680580011088010290018001a00164"
            + "f0018088b2a002f80180ade2048802289002d00fc00280d8bed6c61b"
        let other =
            "08e80710031809201928f0a2043011384d408827480650d209580662076865616c74682a620062056661697468"
            + "680770c03e78ea0780011288010490018101980114a00165a80101f001a846f801914e9003028802299002d10f"
            + "c00200c802ffb7ff90fdce39d002d49409"
            // The mapping.
            + "9a03187669657765723d752c746f706963733d742c74696d653d61"
            // When changes are published.
            + "a00301"
            // After what time pseudonyms are rotated.
            + "a8038088b2a002"
            // The opt-out list.
            + "b203100102030405060708090a0b0c0d0e0f10"
            // The policy.
            + "ba0322746f6c64206c69737465640a64726f7020666169746820776f7264732069736c616d"
            // The age and the events of members that count.
            + "c00380a8cc7b" + "c8031a"
        let age = "c0038088b2a002"
        #expect(hex(Settings()) == standard + age)
        #expect(hex(changed) == other)
        var neutralizing = changed
        neutralizing.policy = TopicPolicy(recorded: Array("told listed\nneutralize faith\ndrop faith words islam".utf8))
        #expect(
            neutralizing != changed && neutralizing.under(.previous) == changed && changed.under(.previous) == changed)
        var weekly = Settings()
        weekly.fixed.outputEvery = .week
        #expect(hex(weekly) == standard + "a0038088b2a002" + age)
    }

    @Test("recorded settings are read as they were written, and an absent field means 0 if 0 is allowed")
    func roundTrip() throws {
        for settings in [Settings(), changed] {
            let bytes = bytes(settings)
            var reader = ProtoReader(bytes.span)
            #expect(try SettingsRecord.read(&reader) == settings)
        }
        let empty: [UInt8] = []
        var reader = ProtoReader(empty.span)
        var expected = Settings()
        (expected.fixed.dedupWindow, expected.engagementMin, expected.memberAge) = (0, 0, 0)
        #expect(try SettingsRecord.read(&reader) == expected)
    }

    @Test("every setting and every field of the record has a definition of its own")
    func definitions() {
        #expect(Set(RecordedField.all.map(\.number)).count == RecordedField.all.count)
        let (standard, other) = (SettingValues(), SettingValues(engine: changed))
        for setting in Setting.recorded
        where !["members.topic", "privacy.opt-out-topic", "privacy.policy"].contains(setting.name) {
            #expect(setting.text(in: other) != setting.text(in: standard), "\(setting.name)")
            // An empty pattern can be recorded, and cannot be configured.
            guard setting.kind != .list else { continue }
            var copy = SettingValues()
            setting.set(setting.text(in: other) ?? "", in: &copy)
            #expect(setting.text(in: copy) == setting.text(in: other), "\(setting.name)")
        }
    }
}
