import ShoalClustering
import ShoalSchemas
import ShoalSettings
import Testing

@testable import ShoalOperations

@Suite("Settings")
struct SettingTests {
    @Test(
        "durations are parsed with their units",
        arguments: [("100ms", 100), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000), ("7d", 604_800_000)])
    func durations(_ text: String, _ milliseconds: Int64) {
        #expect(Setting.milliseconds(text) == milliseconds)
        #expect(Formatting.setting(milliseconds) == text)
    }

    @Test("invalid durations are refused", arguments: ["", "1", "h", "-1h", "1.5h", "1 h", "1w", "99999999999999999d"])
    func noDurations(_ text: String) {
        #expect(Setting.milliseconds(text) == nil)
    }

    @Test("sizes and percentages are parsed with their units")
    func sizes() {
        #expect(Setting.bytes("512") == 512)
        #expect(Setting.bytes("64KiB") == 65_536)
        #expect(Setting.bytes("4MiB") == 4 << 20)
        #expect(Setting.bytes("1GiB") == 1 << 30)
        #expect(["", "-1", "4MB", "1.5MiB", "MiB"].allSatisfy { Setting.bytes($0) == nil })
        #expect(Setting.percent("5%") == 5 && Setting.percent("5 %") == 5 && Setting.percent("5") == 5)
        #expect(["", "%", "5%%", "0.5%"].allSatisfy { Setting.percent($0) == nil })
    }

    @Test("every default is a valid value, and names are unique")
    func table() {
        #expect(Set(Setting.table.map(\.name)).count == Setting.table.count)
        #expect(Set(Setting.table.map { Configuration.variable(of: $0.name) }).count == Setting.table.count)
        for setting in Setting.table {
            if let standard = setting.defaultValue { #expect(setting.problem(standard) == nil, "\(setting.name)") }
            #expect(setting.text.hasSuffix("."), "\(setting.name) is explained in sentences")
        }
    }

    @Test("every property is that of one setting")
    func properties() {
        func count(_ value: Any) -> Int { Mirror(reflecting: value).children.count }
        let settings = Settings()
        // `engine` and `pipeline` hold others. `fixed` does, and four properties have no setting of their own: the
        // Unicode version, the publication of memberships, the policy and the opt-out list. A range of times has two.
        let operational = count(SettingValues()) - 2 + count(PipelineSettings())
        let engine = count(settings) - 5 + count(settings.fixed) - 1
        #expect(Setting.table.count == operational + engine)
        for (index, setting) in Setting.table.enumerated() {
            #expect(Setting.table.firstIndex { $0.path == setting.path } == index, "\(setting.name)")
        }
    }

    @Test("both tables of the documentation contain every setting with range, default and scope")
    func documentation() {
        let rows = Setting.markdown.split(separator: "\n")
        #expect(rows.count == Setting.table.count + 3)
        #expect(rows.allSatisfy { $0.replacing("\\|", with: "").count { $0 == "|" } == 6 }, "five columns each")
        for (setting, row) in zip(Setting.table, rows.dropFirst(2)) {
            #expect(row.hasPrefix("| `\(setting.name)` | \(setting.range) | "))
            #expect(row.contains("| \(setting.scope.rawValue) |"))
            #expect(setting.defaultValue.map { row.contains("| `\($0)` |") } ?? row.contains("|  |"))
        }
        let text = Setting.text(width: 80).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(Setting.table.allSatisfy { text.contains(Substring($0.name)) })
        #expect(text.filter { $0.contains(" ") }.allSatisfy { $0.count <= 80 })
    }

    @Test("the settings that users rely on exist with their defaults")
    func names() {
        let promised = [
            "application.id": "shoal", "input.topic": "watch-events", "input.format": "auto", "input.viewer": "field",
            "input.start": "beginning", "output.topic": "cluster-changes", "output.format": "protobuf",
            "epoch.length": "1h", "epoch.staleness": "2", "epoch.idle-timeout": "30s", "epoch.future": "wait",
            "clock.quorum": "8", "clock.max-step": "24", "profile.half-life": "24h", "profile.topics": "16",
            "engagement.min": "5%", "topics.max": "65536", "topics.min-viewers": "5", "members.min-events": "5",
            "clusters.seed-members": "auto", "clusters.initial": "16", "clusters.min": "2", "clusters.max": "128",
            "clusters.min-members": "40", "clusters.min-share": "2000",
            "commit.interval": "100ms", "dedup.window": "65536", "privacy.min-cluster-size": "100",
            "settings.revision": "0", "log.level": "info", "kafka.bootstrap.servers": "localhost:9092",
        ]
        for (name, standard) in promised {
            #expect(Setting.table.first { $0.name == name }?.defaultValue == standard, "\(name)")
        }
        let unset = [
            "instance.id", "members.topic", "clusters.topic", "labels.topic", "dead-letters.topic", "topics.file",
            "member.ttl", "clusters.count", "privacy.key-file", "privacy.sensitive-topics",
        ]
        for name in unset {
            #expect(Setting.table.contains { $0.name == name && $0.defaultValue == nil }, "\(name)")
        }
    }

    @Test("the nearest name is suggested if one is close enough")
    func nearest() {
        let names = Setting.table.map(\.name)
        #expect(Names.nearest("epoch.lenght", names) == "epoch.length")
        #expect(Names.nearest("comit.interval", names) == "commit.interval")
        #expect(Names.nearest("something.else.altogether", names) == nil)
        #expect(Names.distance("kitten", "sitting") == 3)
        #expect(Names.distance("", "abc") == 3 && Names.distance("abc", "") == 3)
    }
}
