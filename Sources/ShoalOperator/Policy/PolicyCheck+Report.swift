import ShoalClustering
import ShoalOperations
import ShoalSchemas

extension PolicyCheck {
    package static let details = """
        Reads a privacy policy as `privacy.policy` does, lists every mistake with its line (exit status 78), and counts the terms
        of its categories. deploy/policy/policy.properties is a policy to begin with; its head explains the format.

        --topics names the topics of your catalogue, one a line, or is a file of events that `shoal try` reads. Then the
        report also lists the topics that are dropped, with category, form, label and term, and those that pass although they
        resemble a term: one letter of five differs, two of nine, or a word begins with the term. Add them to the policy if
        they mean the same. Nothing is written, and no broker is contacted.
        """
    package static let examples = [
        "shoal policy check policy.properties", "shoal policy check policy.properties --topics topics.txt",
        "shoal policy check policy.properties --topics events.ndjson.gz --json",
    ]

    private struct Category: Encodable {
        struct List: Encodable {
            var form: String
            var label: String
            var terms: Int
        }

        var name: String
        var protect: String
        var terms: Int
        var lists: [List]
    }

    private struct Report: Encodable {
        var file: String
        var told: String
        var allowed: Int
        var categories: [Category]
        var topics: Int
        var topicsTold: Int
        var dropped: [Dropped]
        var near: [Near]
    }

    private var categories: [Category] {
        var categories: [Category] = []
        for list in file.lists {
            guard let name = list.category else { continue }
            let index = categories.firstIndex { $0.name == name } ?? categories.count
            if index == categories.count {
                let protection = file.protections[name] ?? .drop
                categories.append(Category(name: name, protect: protection.rawValue, terms: 0, lists: []))
            }
            categories[index].terms += list.terms.count
            categories[index].lists.append(.init(form: list.form.rawValue, label: list.label, terms: list.terms.count))
        }
        return categories
    }

    private var allowed: Int { file.lists.filter { $0.category == nil }.reduce(0) { $0 + $1.terms.count } }

    /// The report as one line of JSON.
    package var json: String {
        get throws {
            try JSONText.line(
                Report(
                    file: path, told: file.told.rawValue, allowed: allowed, categories: categories, topics: topics,
                    topicsTold: told, dropped: dropped, near: near))
        }
    }

    /// The report as text.
    package var text: String { lines.map { $0 + "\n" }.joined() }

    private var lines: [String] {
        var lines = [path.printable, "  " + "category".padding(to: 18) + "protect     terms"]
        for category in categories {
            lines.append(
                "  " + category.name.padding(to: 18) + category.protect.padding(to: 12)
                    + Formatting.number(category.terms))
        }
        let tells =
            file.told == .listed ? "\(Formatting.count(allowed, "rule")) of the allow list" : "all that are not dropped"
        lines.append("descriptions tell: \(tells)")
        guard topics > 0 else { return lines }
        lines += [
            "",
            "\(Formatting.count(topics, "topic")): \(Formatting.number(dropped.count)) dropped, "
                + "\(Formatting.number(topics - dropped.count)) counted, \(Formatting.number(told)) of these told",
        ]
        if !dropped.isEmpty { lines += ["", "dropped:"] + dropped.map(Self.text) }
        if !near.isEmpty { lines += ["", "near a term, and counted:"] + near.map(Self.text) }
        return lines
    }

    private static func text(_ topic: Dropped) -> String {
        let label = topic.label.isEmpty ? "" : ".\(topic.label)"
        return "  " + "\(topic.topic.printable)  ".padding(to: 32)
            + "\(topic.category).\(topic.form)\(label): \(topic.term.printable)"
    }

    private static func text(_ topic: Near) -> String {
        let how = topic.distance.map { "\(Formatting.count($0, "letter")) from" } ?? "begins with"
        return "  " + "\(topic.topic.printable)  ".padding(to: 32)
            + "\(how) \(topic.term.printable) (\(topic.category))"
    }
}
