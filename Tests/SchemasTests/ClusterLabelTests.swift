import ShoalSchemas
import Testing

@Suite("Labels of clusters")
struct ClusterLabelTests {
    private func description(
        _ topics: [String], state: ClusterDescription.State? = .created, children: [UInt32] = [], merged: [UInt32] = []
    ) -> ClusterDescription {
        var description = ClusterDescription(cluster: 17)
        (description.leadingTopics, description.state) = (topics, state)
        (description.children, description.merged, description.modelVersion) = (children, merged, 412)
        return description
    }

    private func label(_ text: String = "cooking", approvedBy: String? = "ben") -> ClusterLabel {
        var label = ClusterLabel(
            cluster: 17, text: text, proposed: .init(by: "anna", timeMs: 1, reason: "asked for"),
            basis: .init(description(["baking", "go", "tea", "wine"], children: [9], merged: [3])))
        label.approved = approvedBy.map { .init(by: $0, timeMs: 2, reason: "seen") }
        return label
    }

    @Test("a label applies while its cluster is what it was given for")
    func expiry() {
        let topics = ["baking", "go", "tea", "wine"]
        func applies(_ description: ClusterDescription) -> Bool { label().applies(to: description) }
        #expect(applies(description(topics, children: [9], merged: [3])))
        #expect(applies(description(["tea", "go", "new", "newer"], children: [9], merged: [3])))
        // A child that has ended is no split.
        #expect(applies(description(topics, merged: [3])))
        #expect(!applies(description(["tea", "new", "newer", "newest"], children: [9], merged: [3])))
        #expect(!applies(description(["tea"], children: [9], merged: [3])))
        #expect(!applies(description(topics, state: .drifted, children: [9], merged: [3])))
        #expect(!applies(description(topics, children: [9, 18], merged: [3])))
        #expect(!applies(description(topics, children: [9], merged: [3, 4])))
        #expect(!applies(description([], children: [9], merged: [3])))
        var other = description(topics, children: [9], merged: [3])
        other.cluster = 18
        #expect(!applies(other))
    }

    @Test("only another person's approval counts")
    func approval() {
        let now = description(["baking", "go", "tea", "wine"], children: [9], merged: [3])
        #expect(label().applies(to: now))
        #expect(!label(approvedBy: nil).applies(to: now) && !label(approvedBy: "anna").applies(to: now))
        #expect(!label("<b>cooking</b>").applies(to: now))
    }

    @Test(
        "texts that are no label",
        arguments: [
            "", " ", " a", "a ", "a  b", "a\u{A0}b", "a\nb", "a\u{200B}b", "a\u{202E}b", "a\u{3164}b", "<i>a</i>",
            "a & b", "*a*",
            "[a](b)", "`a`", "42", "🍳", "a b c d e f g", String(repeating: "a", count: 61),
            "a" + String(repeating: "\u{301}", count: 130),
        ])
    func malformed(text: String) {
        #expect(ClusterLabel.problem(text) != nil)
    }

    @Test(
        "texts that are labels",
        arguments: ["cooking", "Küche (vegan)", "sci-fi, 90s", "rock'n'roll", "料理", "खाना पकाना"])
    func wellFormed(text: String) {
        #expect(ClusterLabel.problem(text) == nil)
    }

    @Test("a record is read as it was written, and one of another cluster is none")
    func encoding() throws {
        let (label, key) = (label(), Array("17".utf8))
        let found = try ClusterLabel.entry(key, label.json)
        #expect(found.cluster == 17 && found.value == label)
        #expect(try ClusterLabel.entry(key, nil).value == nil)
        for (key, value) in [
            (Array("18".utf8), label.json), (Array("x".utf8), label.json), (key, Array("{}".utf8)), (key, []),
        ] {
            #expect(throws: ProtoError.self) { try ClusterLabel.entry(key, value) }
        }
        #expect(throws: ProtoError.self) { try ClusterLabel.entry(nil, label.json) }
        let text = String(decoding: label.json, as: UTF8.self)
        #expect(text.contains(#""model_version":412"#) && text.contains(#""time_ms":1"#) && !text.contains("baking"))
        // FNV-1a of "foobar", from its authors' test vectors.
        #expect(ClusterLabel.fingerprint("foobar") == "85944171f73967e8")
    }
}
