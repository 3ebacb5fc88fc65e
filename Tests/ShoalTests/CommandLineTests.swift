import Foundation
import TestSupport
import Testing

@Suite("The command line")
struct CommandLineTests {
    static let commands = [
        "run", "demo", "try", "tune", "disclosure", "bench", "publish", "simulate", "changes", "replay", "diff",
        "verify",
        "explain",
        "status", "reset",
        "label", "pseudonym", "erase", "erase verify", "audit-log verify",
        "dead-letters list", "dead-letters resubmit", "topics create", "topics describe", "access add", "health",
        "config check",
        "config show", "config docs", "policy check", "metrics docs", "manual", "version",
    ]

    @Test("the help lists every command, and no command is a usage error")
    func help() throws {
        let help = try shoal(["--help"])
        #expect(help.status == 0)
        let listed = help.output.split(separator: "\n").filter { $0.hasPrefix("  ") }
            .map { $0.dropFirst(2).components(separatedBy: "  ")[0] }
        #expect(listed.sorted() == Self.commands.sorted())
        #expect(try shoal(["help"]).output == help.output)
        #expect(try shoal([]).status == 64)
        #expect(try shoal(["--version"]).output.hasPrefix("shoal "))
    }

    @Test("each command's help lists its options and exit codes", arguments: commands)
    func commandHelp(_ command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let help = try shoal(words + ["--help"])
        #expect(help.status == 0)
        #expect(help.output.hasPrefix("shoal \(command) - "))
        #expect(help.output.contains("exit status:") && help.output.contains("80"))
        #expect(try shoal(["help"] + words).output == help.output)
    }

    @Test("the help of a family of commands lists them", arguments: ["access", "config", "dead-letters", "topics"])
    func familyHelp(_ family: String) throws {
        let help = try shoal([family, "--help"])
        #expect(help.status == 0 && help.output.hasPrefix("usage: shoal \(family) COMMAND"), "\(help.output)")
        let members = Self.commands.filter { $0.hasPrefix("\(family) ") }
        #expect(!members.isEmpty && members.allSatisfy(help.output.contains), "\(help.output)")
        #expect(try shoal(["help", family]).output == help.output)
    }

    @Test("invalid arguments end with 64 and a suggestion")
    func usage() throws {
        let cases: [([String], String)] = [
            (["publsh"], "did you mean `shoal publish`?"),
            (["topics"], "there are `shoal topics create`, `shoal topics describe`"),
            (["config", "chekc"], "did you mean `shoal config check`?"),
            (["publish", "--sped", "3"], "did you mean --speed?"),
            (["publish"], "FILE is missing"),
            (["publish", "a", "b"], "unexpected argument b"),
            (["publish", "a", "--speed", "0"], "must be a number above 0"),
            (["publish", "a", "--speed"], "--speed needs a value"),
            (["publish", "a", "--format", "xml"], "must be json or protobuf"),
            (["changes", "--from", "yesterday"], "must be beginning, end, a time"),
            (["changes", "--from", "0:1,2"], "2 is not PARTITION:OFFSET"),
            (["changes", "--from", "changes/1:2"], "changes/1:2: not a position"),
            (["changes", "--kind", "moved"], "must be one of member_joined"),
            (["changes", "--json=yes"], "--json takes no value"),
            (["topics", "create", "--partitions", "0"], "must be a whole number, 1 to 100000"),
            // Options that would be dropped in silence.
            (["changes", "--from", "end", "--from", "beginning"], "--from is given 2 times: end, beginning"),
            (["changes", "--config", "a", "--config=b"], "--config is given 2 times: a, b"),
            (["publish", "a", "--limit", "1", "--limit", "1"], "--limit is given 2 times"),
            (["reset", "--wait", "60s"], "--wait requires --apply or --confirm"),
            (["status", "--check", "--all"], "cannot be used with --all"),
            (["dead-letters", "list", "--summary", "--show-content"], "cannot be used with --summary"),
            (["dead-letters", "resubmit", "--all", "--reason", "bad_json"], "cannot be used with --reason"),
            (["simulate", "-", "--set", "input.topic=a"], "--set requires --topic"),
            (["simulate", "-", "--latest", "1h"], "--latest requires --late"),
        ]
        for (words, text) in cases {
            let result = try shoal(words)
            #expect(result.status == 64 && result.output.contains(text), "\(words): \(result.output)")
        }
    }
}

@Suite("Configuration on the command line")
struct ConfigCommandTests {
    private let key = TestKey.digits

    @Test("the example configuration is valid, and so is one checked with a key")
    func example() throws {
        let file = TestBroker.root.appending(path: "deploy/shoal.properties").path
        let result = try shoal(["config", "check", "--config", file], environment: ["SHOAL_PRIVACY_KEY": key])
        #expect(result.status == 0, "\(result.output)")
        #expect(try shoal(["config", "check", "--config", file]).status == 78, "there is no key")
    }

    @Test("mistakes are listed together, including those that only librdkafka finds")
    func mistakes() throws {
        let result = try shoal(
            [
                "config", "check", "--set", "epoch.lenght=1h", "--set", "kafka.bootstrap.server=x",
                "--set", "kafka.partition.assignment.strategy=cooperative-sticky",
            ],
            environment: ["SHOAL_KAFKA_ACKS": "1"])
        #expect(result.status == 78)
        #expect(result.output.contains("--set: epoch.lenght is not a setting; did you mean epoch.length?"))
        #expect(result.output.contains("has no such setting; did you mean kafka.bootstrap.servers?"))
        #expect(result.output.contains("kafka.acks: Shoal sets it itself: exactly-once semantics requires all"))
        #expect(result.output.contains("assignment.strategy: Shoal needs eager rebalancing"))
        let missing = try shoal(
            ["config", "check", "--set", "kafka.security.protocol=ssl", "--set", "kafka.ssl.ca.location=/nonexistent"],
            environment: ["SHOAL_PRIVACY_KEY": key])
        #expect(missing.status == 78 && missing.output.contains("ssl.ca.location"), "\(missing.output)")
    }

    @Test("OAuth and other mechanisms that cannot work are refused by one line that says what works")
    func mechanisms() throws {
        func check(_ settings: [String]) throws -> CommandResult {
            try shoal(
                ["config", "check"] + settings.flatMap { ["--set", $0] }, environment: ["SHOAL_PRIVACY_KEY": key])
        }
        let secure = "kafka.security.protocol=sasl_ssl"
        let oauth = [
            [secure, "kafka.sasl.mechanism=OAUTHBEARER"], ["kafka.sasl.mechanisms=OAUTHBEARER"],
            [secure, "kafka.sasl.mechanism=OAUTHBEARER", "kafka.sasl.oauthbearer.method=oidc"],
            [
                "kafka.sasl.oauthbearer.client.id=a", "kafka.sasl.oauthbearer.client.secret=b",
                "kafka.sasl.oauthbearer.token.endpoint.url=https://c",
            ],
        ]
        for settings in oauth {
            let result = try check(settings)
            let lines = result.lines.filter {
                $0.contains("This version of Shoal cannot fetch OAuth tokens. Use PLAIN")
            }
            #expect(result.status == 78 && lines.count == 1, "\(settings): \(result.output)")
            #expect(result.lines.count == 2, "\(settings): \(result.output)")
        }
        for settings in [["kafka.sasl.mechanism=AWS_MSK_IAM"], [secure, "kafka.sasl.mechanism=AWS_MSK_IAM"]] {
            let result = try check(settings)
            #expect(result.status == 78 && result.output.contains("The mechanism AWS_MSK_IAM is not supported. Use"))
        }
        let scram = ["kafka.sasl.mechanism=SCRAM-SHA-512", "kafka.sasl.username=a", "kafka.sasl.password=b", secure]
        #expect(try check(scram).status == 0)
    }

    @Test("policy check lists what a policy drops, what passes nearly, and every mistake")
    func policy() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws -> String {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file.path
        }
        let policy = try write("a.properties", "faith.words.en = islam, church\nallow.exact = chess\n")
        let topics = try write("topics.txt", "chess\nISLAM\nizlam\nchurches\ngo\n")
        let text = try shoal(["policy", "check", policy, "--topics", topics])
        #expect(
            text.status == 0 && text.output.contains("5 topics: 1 dropped, 4 counted, 1 of these told"),
            "\(text.output)")
        #expect(text.output.contains("faith.words.en: islam") && text.output.contains("1 letter from islam (faith)"))
        #expect(text.output.contains("begins with church (faith)"))
        let json = try shoal(["policy", "check", policy, "--topics", topics, "--json"])
        #expect(json.output.contains(#""dropped":[{"category":"faith""#) && json.output.contains(#""topics_told":1"#))
        let bad = try shoal(["policy", "check", try write("b.properties", "faith.words = a*b\nfaith = c\n")])
        #expect(bad.status == 78 && bad.output.contains("b.properties:1: ") && bad.output.contains("b.properties:2: "))
        #expect(try shoal(["policy", "check", "/nonexistent"]).status == 78)
    }

    @Test("variables that Kubernetes sets for services are ignored with one warning")
    func services() throws {
        let file = TestBroker.root.appending(path: "deploy/shoal.properties").path
        let result = try shoal(
            ["config", "check", "--config", file],
            environment: [
                "SHOAL_PRIVACY_KEY": key, "SHOAL_KAFKA_PORT": "tcp://10.0.0.1:9092",
                "SHOAL_METRICS_SERVICE_HOST": "10.0.0.1",
            ])
        #expect(result.status == 0, "\(result.output)")
        let warnings = result.lines.filter { $0.contains("variables that Kubernetes sets for services were ignored") }
        #expect(warnings.count == 1 && warnings[0].contains("SHOAL_KAFKA_PORT SHOAL_METRICS_SERVICE_HOST"))
    }

    @Test("of a setting that is given twice on the command line the last value counts, and the help says so")
    func twoValues() throws {
        let twice = ["--set", "epoch.length=1h", "--set", "epoch.length=2h"]
        let result = try shoal(["config", "show"] + twice)
        #expect(result.status == 0 && result.output.contains(/epoch\.length +2h +--set/), "\(result.output)")
        #expect(try shoal(["config", "show", "--help"]).output.contains("later sources win"))
    }

    @Test("shown settings have their source and no secrets")
    func show() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("my.properties", "\nepoch.length = 2h\n")
        let result = try shoal(
            [
                "config", "show", "--config", file, "--set", "kafka.sasl.password=hunter2", "--set",
                "kafka.ssl.certificate.pem=hunter2", "--set", "kafka.ssl.keystore.location=/some/key.p12",
            ],
            environment: ["SHOAL_PRIVACY_KEY": key])
        let rows = Dictionary(
            result.lines.compactMap { line -> (String, [Substring])? in
                let words = line.split(separator: " ")
                return words.first.map { (String($0), Array(words.dropFirst())) }
            }
        ) { first, _ in first }
        #expect(rows["epoch.length"] == ["2h", "my.properties:2"])
        #expect(rows["kafka.sasl.password"] == ["***", "--set"])
        #expect(rows["kafka.ssl.certificate.pem"] == ["***", "--set"])
        #expect(rows["kafka.ssl.keystore.location"] == ["/some/key.p12", "--set"], "a path is no secret")
        #expect(rows["commit.interval"] == ["100ms", "default"])
        #expect(!result.output.contains("hunter2") && !result.output.contains(key))
    }

    @Test("the documentation is available as Markdown and text")
    func docs() throws {
        #expect(try shoal(["config", "docs"]).output.contains("| `epoch.length` |"))
        #expect(try shoal(["config", "docs", "--format", "text"]).lines.contains("epoch.length"))
        #expect(try shell("$shoal config docs | head -1").output.hasPrefix("| setting |"))
        #expect(try shoal(["metrics", "docs"]).output.contains("| `shoal_events_total` | counter |"))
        #expect(try shoal(["metrics", "docs", "--format", "text"]).lines.contains("shoal_events_total"))
        #expect(try shoal(["metrics", "docs", "--format", "json"]).lines.first == "[")
        #expect(try shoal(["metrics", "docs", "--format", "xml"]).status == 64)
    }
}
