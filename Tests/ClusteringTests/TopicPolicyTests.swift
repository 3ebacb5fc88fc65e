import Testing

@testable import ShoalClustering

@Suite("Policies of topics")
struct TopicPolicyTests {
    private func policy(_ rules: (String?, TopicPolicy.Form, String)..., told: TopicPolicy.Told = .listed)
        -> TopicPolicy
    {
        TopicPolicy(told: told, rules: rules.map { TopicPolicy.Rule(category: $0.0, form: $0.1, term: $0.2) })
    }

    private func found(_ policy: TopicPolicy, _ name: String) -> String? {
        policy.rule(for: Array(name.utf8)[...])?.term
    }

    @Test("the spellings of all code points are those of the script")
    func allCodePoints() {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        let ranges: [Range<UInt32>] = [0..<0xD800, 0xE000..<0x40000, 0xE0000..<0xE1000]
        for value in ranges.joined() {
            for byte in TopicSpelling.word(TopicSkeleton.folded([value])) + [0xFF] {
                digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }
        #expect(digest == SpellingTable.digest)
    }

    @Test(
        "a term of words is found in all its spellings",
        arguments: [
            ("lgbt", "lgbt"), ("lgbt", "LGBT"), ("lgbt", "lg\u{200B}bt"), ("lgbt", "lg\u{AD}bt"), ("lgbt", "ｌｇｂｔ"),
            ("lgbt", "lgbт"), ("lgbt", "𝐥𝐠𝐛𝐭"), ("lgbt", "#lgbt"), ("lgbt", "lgbt+"), ("lgbt", "lgbt 🏳️‍🌈"),
            ("lgbt", "l.g.b.t"), ("lgbt", "my l g b t club"), ("lgbt", "🅛🅖🅑🅣"), ("lgbt", "lg\u{303}bt"), ("🏳️‍🌈", "🏳🌈"),
            ("trade union", "trade-union"), ("trade union", "a trade__union!"), ("trade union", "tradeunion"),
            ("hiv", "h1v"), ("hiv", "НІV"), ("hiv", "ʜɪᴠ"), ("hiv", "health/hiv"), ("hiv", "HIV."), ("islam", "ıslam"),
            ("İslam", "islam"), ("islam", "İSLAM"), ("islam", "islаm"), ("santé", "SANTE\u{301}"), ("santé", "sante"),
            ("вич", "ВИЧ"), ("إسلام", "اسلام"), ("إسلام", "ٱلْـ إِسْلَام"), ("同性恋", "支持同性恋权利"), ("homosex*", "homosexuels"),
            ("समलैंगिक", "समलैंगिक अधिकार"), ("dépression", "ma depression"),
        ])
    func spellings(term: String, name: String) {
        #expect(found(policy(("a", .words, term)), name) == term)
    }

    @Test(
        "other words are others",
        arguments: [
            ("lgbt", "lgbtxyz"), ("gay", "Gaya"), ("gay", "Marvin Gaye"), ("schwul", "schwül warm"),
            ("gay", "cách gây cười"),
            ("trade union", "trade and union"), ("homosex*", "homo sapiens"), ("topic 1", "topic 12"),
            ("islam", "islamabad"), ("工会", "社会工作"),
            ("hiv", "hive"), ("hiv", "chives and hives"), ("lgbt", "🏳"), ("islam", ""), ("islam", "..."),
        ])
    func others(term: String, name: String) {
        #expect(found(policy(("a", .words, term)), name) == nil)
    }

    @Test("exact, prefix and tree compare the whole name, its beginning, and its levels")
    func forms() {
        let exact = policy(("a", .exact, "Health"))
        #expect(found(exact, " #HEALTH ") == "Health" && found(exact, "mental health") == nil)
        let prefix = policy(("a", .prefix, "gay men"))
        #expect(found(prefix, "GAY-MEN over 40") == "gay men" && found(prefix, "ｇａｙmenu") == "gay men")
        #expect(found(prefix, "the gay men") == nil)
        let tree = policy(("a", .tree, "health/mental"), ("b", .tree, "faith"))
        #expect(found(tree, "Health.Mental:Depression") == "health/mental" && found(tree, "health/mental") != nil)
        #expect(
            found(tree, "health") == nil && found(tree, "sport/health/mental") == nil
                && found(tree, "faith healing") == nil)
        #expect(found(tree, "FAITH/x") == "faith")
    }

    @Test("only topics of the allow list are told, and none that only looks like one")
    func told() {
        let listed = policy(
            (nil, .exact, "Cooking"), (nil, .prefix, "sport"), (nil, .tree, "music/jazz"), ("a", .words, "gay"))
        func tells(_ policy: TopicPolicy, _ name: String) -> Bool {
            var settings = Settings()
            settings.policy = policy
            return SensitiveTopics(settings).tells(Array(name.utf8)[...])
        }
        for name in ["cooking", "COOKING ", "sports", "Music/Jazz", "music.jazz.bebop"] {
            #expect(tells(listed, name), "\(name)")
        }
        for name in ["cοοking", "c00king", "gardening", "music", "sport for gay people"] {
            #expect(!tells(listed, name), "\(name)")
        }
        let others = policy(("a", .words, "gay"), told: .allButSensitive)
        #expect(tells(others, "gardening") && !tells(others, "gay"))
        #expect(tells(.none, "gay"))
    }

    @Test("the list of sensitive topics is compared by spelling, too, but only with a policy")
    func listed() {
        var settings = Settings()
        settings.sensitiveTopics = [Array("hiv".utf8), Array("health*".utf8)]
        func contains(_ name: String) -> Bool { SensitiveTopics(settings).contains(Array(name.utf8)[...]) }
        #expect(contains("HIV") && contains("healthy") && !contains("h.i.v") && !contains("heаlth"))
        settings.policy = policy(("a", .words, "x-ray"))
        #expect(contains("h.i.v") && contains("heаlth") && contains("x ray") && !contains("hive"))
    }

    @Test("a recorded policy is read as it was written, and an unknown line or other tables are a problem")
    func recorded() {
        let written = policy(("a", .words, "b c"), (nil, .tree, "d/e"), told: .allButSensitive)
        let read = TopicPolicy(recorded: written.text)
        #expect(read == written && read.rules == written.rules && read.told == .allButSensitive)
        #expect(read.problem == nil && !read.hasOtherTables && !read.isEmpty && TopicPolicy.none.isEmpty)
        #expect(TopicPolicy(recorded: Array("mumble a words b".utf8)).problem != nil)
        #expect(TopicPolicy(recorded: Array("told maybe".utf8)).problem != nil)
        #expect(TopicPolicy(recorded: Array("spellings 1".utf8)).hasOtherTables)
        var settings = Settings()
        settings.policyText = [written.text]
        #expect(settings.policy == written && settings.policyText == [written.text])
    }

    @Test("rules that cannot work are refused")
    func problems() {
        for (form, term) in [
            (.words, "a*b"), (.words, "abc*"), (.exact, "abcd*"), (.words, "..."), (.words, ""), (.words, "a\tb"),
            (.exact, String(repeating: "a", count: 257)),
        ] as [(TopicPolicy.Form, String)] {
            #expect(TopicPolicy.problem(TopicPolicy.Rule(category: "a", form: form, term: term)) != nil, "\(term)")
        }
        #expect(TopicPolicy.problem(TopicPolicy.Rule(category: nil, form: .words, term: "abc")) != nil)
        #expect(TopicPolicy.problem(TopicPolicy.Rule(category: "a", form: .words, term: "abcd*")) == nil)
    }

    @Test("a topic that a policy names leaves profiles when it is adopted, and descriptions name only listed topics")
    func adopted() throws {
        var events = ToyEvents(seed: 12)
        var stream = Stream(
            events.records(partitions: 2, tombstones: 0), settings: events.settings, topics: events.names)
        try stream.run()
        let model = stream.coordinator.model
        #expect(model.descriptions().contains { !$0.description.leading.isEmpty })
        var next = model.settings
        next.revision += 1
        next.policy = policy(("a", .words, "topic 1"), (nil, .exact, "Topic 2"))
        let closing = EpochDelta(partition: 0, number: 1, from: 999_999, through: 1_000_000)
        let (later, _) = try model.next(
            including: [closing], settings: next, rules: model.rules, version: 1_000_000, partitions: 2)
        let names = later.vocabulary.entries.map { String(decoding: $0.name ?? [], as: UTF8.self) }
        for (name, entry) in zip(names, later.vocabulary.entries) {
            #expect(entry.isRemoved == (name == "topic 1"), "\(name)")
        }
        for (_, description) in later.descriptions() {
            #expect(description.leading.allSatisfy { names[Int($0)] == "topic 2" } && description.branchTopics.isEmpty)
        }
    }
}
