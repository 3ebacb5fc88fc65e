import Foundation
import ShoalClustering
import ShoalSettings
import Testing

@testable import ShoalOperations

@Suite("Configuration")
struct ConfigurationTests {
    /// A temporary folder for one test, deleted with the object.
    final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString)")

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: url) }

        func file(_ name: String, _ content: String) throws -> String {
            let file = url.appending(path: name)
            try Data(content.utf8).write(to: file)
            // A key that others can read is refused.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            return file.path
        }
    }

    private static let known: Set = ["bootstrap.servers", "sasl.password", "odd.file"]

    private func configuration(
        file: String? = nil, _ environment: [String: String] = [:], _ sets: String...
    ) throws(Configuration.Invalid) -> Configuration {
        try Configuration(file: file, environment: environment, sets: sets) { name, _ in
            Self.known.contains(name) ? nil : "unknown"
        }
    }

    private func problems(
        file: String? = nil, _ environment: [String: String] = [:], _ sets: String...
    ) -> [String] {
        do throws(Configuration.Invalid) {
            _ = try Configuration(file: file, environment: environment, sets: sets) { name, _ in
                Self.known.contains(name) ? nil : "unknown"
            }
            return []
        } catch {
            return error.problems
        }
    }

    @Test("the command line overrides variables, variables the file, and the file defaults, each with its source")
    func precedence() throws {
        let folder = try Folder()
        let file = try folder.file(
            "a.properties", "commit.interval=1s\n\nepoch.length=2h\nclock.quorum=3\nlog.level=debug\n")
        let variables = [
            "SHOAL_EPOCH_LENGTH": "3h", "SHOAL_CLOCK_QUORUM": "4", "SHOAL_DEAD_LETTERS_CONTENT": "reason", "PATH": "/",
        ]
        let configuration = try configuration(file: file, variables, "clock.quorum=5")
        #expect(configuration.values["commit.interval"] == .init(text: "1s", source: "a.properties:1"))
        #expect(configuration.values["epoch.length"] == .init(text: "3h", source: "SHOAL_EPOCH_LENGTH"))
        #expect(configuration.values["clock.quorum"] == .init(text: "5", source: "--set"))
        #expect(configuration.values["epoch.staleness"] == .init(text: "2", source: "default"))
        #expect(configuration[\.pipeline.deadLetterContent] == .reason)
        #expect(configuration[\.engine.fixed.epochLength] == 10_800_000)
        #expect(configuration[\.pipeline.commitInterval] == .seconds(1))
        #expect(configuration[\.engine.fixed.clockQuorum] == 5)
        #expect(configuration[\.engine.engagementMin] == 5)
        #expect(configuration[\.pipeline.transactionBytes] == 4 << 20)
        #expect(configuration[\.engine.memberTTL] == nil)
    }

    @Test("changes are published with each epoch, at once, daily or weekly; one who expires earlier is not published")
    func outputEvery() throws {
        let every =
            [("epoch", .epoch), ("event", .event), ("1d", .day), ("7d", .week)] as [(String, Settings.OutputInterval)]
        for (word, interval) in every {
            let found = try configuration([:], "output.every=\(word)", "member.ttl=2d")
            #expect(found[\.engine.fixed.outputEvery] == interval)
            #expect(found.concerns.contains { $0.hasPrefix("member.ttl is shorter") } == (word == "7d"))
        }
        #expect(problems([:], "output.every=3d").first?.contains("must be one of epoch, event, 1d, 7d") == true)
    }

    @Test("every setting has a variable, and surrounding white space is ignored")
    func variables() throws {
        for setting in Setting.table {
            #expect(Configuration.key(ofVariable: Configuration.variable(of: setting.name)) == setting.name)
        }
        #expect(Configuration.variable(of: "dead-letters.content") == "SHOAL_DEAD_LETTERS_CONTENT")
        #expect(Configuration.key(ofVariable: "SHOAL_KAFKA_SASL_PASSWORD") == "kafka.sasl.password")
        let configuration = try configuration(
            ["SHOAL_PRIVACY_SENSITIVE_TOPICS": " Health*, ,faith "], "epoch.length= 2h ")
        #expect(configuration[\.engine.sensitiveTopics] == ["Health*", "faith"].map { Array($0.utf8) })
        #expect(configuration[\.engine.fixed.epochLength] == 7_200_000)
    }

    @Test("variables that Kubernetes sets for services are ignored and named, and no setting is")
    func otherVariables() throws {
        let service = [
            "SHOAL_PORT": "tcp://10.0.0.1:80", "SHOAL_SERVICE_HOST": "10.0.0.1", "SHOAL_PORT_80_TCP_PORT": "80",
            "SHOAL_KAFKA_PORT": "tcp://10.0.0.2:9092", "SHOAL_METRICS_SERVICE_HOST": "fd00::1",
            "SHOAL_METRICS_SERVICE_PORT": "80", "SHOAL_METRICS_SERVICE_PORT_HTTP_METRICS": "80",
            "SHOAL_KAFKA_PORT_9092_TCP": "tcp://10.0.0.2:9092", "SHOAL_KAFKA_PORT_9092_TCP_ADDR": "10.0.0.2",
            "SHOAL_KAFKA_PORT_9092_TCP_PROTO": "tcp", "SHOAL_KAFKA_PORT_53_UDP": "udp://10.0.0.2:53",
            "SHOAL_KAFKA_0_SERVICE_PORT": "9092",
        ]
        let others = ["SHOAL_TEST_BROKER": "kafka4", "SHOAL_CONFIG": "x", "SHOALS": "y"]
        let configuration = try configuration(service.merging(others) { $1 })
        #expect(configuration.ignoredVariables == service.keys.sorted())
        #expect(configuration.values["kafka.port"] == nil)
        let mistakes = [
            "SHOAL_KAFKA_SASL_KERBEROS_SERVICE_NAME": "x", "SHOAL_KAFKA_PORT": "9092", "SHOAL_HTTP_PORT": "80",
        ]
        let text = problems(mistakes).joined(separator: "\n")
        #expect(mistakes.keys.allSatisfy { text.contains($0) }, "no service sets them: \(text)")
    }

    @Test("every mistake is listed with its location and the expected value")
    func mistakes() throws {
        let folder = try Folder()
        let file = try folder.file(
            "shoal.properties", "epoch.lenght=1h\ncommit.interval=5\ncommit.interval=1s\nlog.level=\\u00\n")
        let found = problems(
            file: file, ["SHOAL_CLOCK_QUORUM": "1", "SHOAL_COMIT_INTERVAL": "1s", "SHOAL_PRIVACY_KEY": "abc"],
            "epoch.staleness=0", "output.format=Json", "nonsense", "input.topic=a b", "output.topic=",
            "kafka.group.id=x", "input.start=yesterday", "topics.file=/nonexistent", "engagement.min=101%",
            "transaction.max-bytes=1")
        #expect(
            found == [
                "shoal.properties:4: \\u must be followed by 4 hexadecimal digits",
                "shoal.properties:1: epoch.lenght is not a setting; did you mean epoch.length?",
                "shoal.properties:2: commit.interval=5: must be a duration such as 100ms, 30s, 5m, 1h or 7d",
                "shoal.properties:3: commit.interval is already set in line 2",
                "SHOAL_CLOCK_QUORUM: clock.quorum=1: must be in 2 … 64",
                "SHOAL_COMIT_INTERVAL: no setting has this variable; did you mean SHOAL_COMMIT_INTERVAL?",
                "--set: epoch.staleness=0: must be in 1 … 8",
                "--set: output.format=Json: must be one of protobuf, json; did you mean json?",
                "--set nonsense: must be KEY=VALUE",
                "--set: input.topic=a b: must consist of letters, digits, `.`, `_` and `-`",
                "--set: output.topic=: must not be empty",
                "--set: engagement.min=101%: must be in 0% … 100%",
                "--set: transaction.max-bytes=1: must be in bytes, 1KiB … 1GiB",
                "--set: kafka.group.id: unknown",
                "SHOAL_PRIVACY_KEY: must hold 64 hexadecimal digits; create them with `openssl rand -hex 32`",
                "--set: topics.file: /nonexistent cannot be read",
                "--set: input.start=yesterday: must be beginning, end, or a time in milliseconds since 1970",
            ])
    }

    @Test("contradictory values are reported together")
    func together() {
        #expect(
            problems([:], "clusters.min=9", "clusters.max=3") == [
                "clusters.min=9 (--set) is above clusters.max=3 (--set)"
            ])
        #expect(problems([:], "clusters.initial=1").first?.contains("is not between clusters.min=2") == true)
        #expect(
            problems([:], "output.topic=watch-events") == [
                "output.topic and input.topic are the same topic, watch-events"
            ])
        #expect(problems([:], "members.topic=shoal-models").count == 1)
        #expect(problems([:], "members.topic=a", "clusters.topic=a").count == 1)
        #expect(problems(file: "/nonexistent") == ["/nonexistent: cannot be read, or is not UTF-8"])
    }

    @Test("the key comes from its file or the variable, never both, and is not shown")
    func key() throws {
        let folder = try Folder()
        let digits = "5ac3071e94d86b2fF0417BE6A2D95C38810f6d2eb79453ca1de8067fb3a4429c"
        let file = try folder.file("key", digits + "\n")
        #expect(try configuration([:], "privacy.key-file=\(file)").privacyKey == digits)
        #expect(try configuration(["SHOAL_PRIVACY_KEY": " \(digits)\n"]).privacyKey == digits)
        #expect(try configuration().privacyKey == nil)
        let both = problems(["SHOAL_PRIVACY_KEY": digits], "privacy.key-file=\(file)")
        #expect(both == ["--set: privacy.key-file: SHOAL_PRIVACY_KEY is set, too; leave one"])
        for wrong in [String(digits.dropLast()), digits + "0", String(repeating: "０", count: 64)] {
            let file = try folder.file("wrong", wrong)
            let found = problems([:], "privacy.key-file=\(file)")
            #expect(found.count == 1 && found[0].contains("64 hexadecimal digits") && !found[0].contains(wrong))
        }
    }

    @Test("librdkafka's secrets come from files, and its similar names are passed through")
    func kafka() throws {
        let folder = try Folder()
        let file = try folder.file("password", " pass word\n")
        let configuration = try configuration(
            ["SHOAL_KAFKA_SASL_PASSWORD_FILE": file], "kafka.odd.file=x", "kafka.bootstrap.servers=b:1")
        #expect(configuration.kafka == ["sasl.password": " pass word", "odd.file": "x", "bootstrap.servers": "b:1"])
        let found = problems(["SHOAL_KAFKA_SASL_PASSWORD": "secret"], "kafka.sasl.password.file=\(file)")
        #expect(
            found == [
                "--set: kafka.sasl.password.file: kafka.sasl.password is set, too (SHOAL_KAFKA_SASL_PASSWORD); leave one"
            ])
        #expect(problems([:], "kafka.sasl.password.file=/nonexistent").count == 1)
        #expect(problems([:], "kafka.sasl.pasword=x") == ["--set: kafka.sasl.pasword: unknown"])
    }

    @Test("an empty value removes the value of an earlier source")
    func empty() throws {
        let folder = try Folder()
        let file = try folder.file("a.properties", "member.ttl=7d\n")
        #expect(try configuration(file: file)[\.engine.memberTTL] == 604_800_000)
        #expect(try configuration(file: file, [:], "member.ttl=")[\.engine.memberTTL] == nil)
    }
}

@Suite("Settings of the input and of sensitive topics")
struct InputSettingTests {
    private func configuration(_ sets: String...) throws(Configuration.Invalid) -> Configuration {
        try Configuration(file: nil, environment: [:], sets: sets, kafkaCheck: { _, _ in nil })
    }

    @Test("an asterisk that is not at the end of a sensitive topic is refused with its pattern")
    func asterisks() throws {
        let error = #expect(throws: Configuration.Invalid.self) {
            _ = try configuration("privacy.sensitive-topics=hiv*,*health*")
        }
        #expect(
            error?.description.contains("privacy.sensitive-topics: *health*: `*` is allowed only at the end") == true)
        _ = try configuration("privacy.sensitive-topics=hiv*,épilepsie")
    }

    @Test("the range of event times is read, and refused if it has another form")
    func times() throws {
        let settings = try configuration("input.time-range=2001-01-01..")[\.engine]
        #expect(settings.fixed.earliestTime == 978_307_200_000 && settings.fixed.latestTime == nil)
        #expect(try configuration()[\.engine].fixed.earliestTime == 946_684_800_000)
        let error = #expect(throws: Configuration.Invalid.self) { _ = try configuration("input.time-range=2001") }
        #expect(error?.description.contains("must be auto, any, or FROM..TO") == true)
    }
}
