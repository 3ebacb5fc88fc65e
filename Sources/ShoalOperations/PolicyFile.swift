public import ShoalClustering
internal import ShoalSchemas
internal import ShoalSettings

/// The file of a privacy policy (`privacy.policy`), in the form of Java properties:
///
/// - `told = listed` or `all-but-sensitive`
/// - `CATEGORY.protect = drop`, `neutralize` or `none`
/// - `CATEGORY.FORM = TERM, TERM` or `CATEGORY.FORM.LABEL = TERM, TERM`: sensitive topics; a label, such as a language,
///   is free
/// - `allow.FORM = TERM, TERM`: topics that may be told
/// - `labels.deny = TERM, TERM` or `labels.deny.LABEL = TERM, TERM`: words that no label of a cluster may have, besides the
///   sensitive topics of all categories. They are no part of `policy`
public struct PolicyFile: Sendable {
    /// The terms of one line.
    public struct List: Equatable, Sendable {
        /// Nil: the topics may be told.
        public var category: String?
        public var form: TopicPolicy.Form
        /// Empty without one.
        public var label: String
        public var terms: [String]
    }

    public enum Protection: String, CaseIterable, Sendable {
        /// Its topics enter no profile.
        case drop
        /// Its topics enter no profile, and topics that go with them count in no direction.
        case neutralize
        /// Its topics count as others do.
        case none
    }

    /// A file with mistakes, all of them in the order of the lines.
    public struct Invalid: Error, Sendable {
        public var mistakes: [Properties.Mistake]
    }

    public private(set) var told = TopicPolicy.Told.listed
    public private(set) var lists: [List] = []
    /// How the topics of each category are protected that says so; others are dropped.
    public private(set) var protections: [String: Protection] = [:]
    /// The policy with the rules of all lists whose category is protected.
    public private(set) var policy = TopicPolicy.none
    private var deniedLabels: [String] = []
    private var mistakes: [Properties.Mistake] = []
    /// The line that first names a category.
    private var categories: [String: Int] = [:]

    /// - Throws: `Invalid` with all mistakes.
    public init(_ text: String) throws(Invalid) {
        let (entries, mistakes) = Properties.parse(text)
        self.mistakes = mistakes
        var lines: [String: Int] = [:]
        for entry in entries {
            if let line = lines.updateValue(entry.line, forKey: entry.key) {
                note("\(entry.key.printable) is already set in line \(line)", entry)
            } else {
                read(entry)
            }
        }
        for (category, line) in categories where !lists.contains(where: { $0.category == category }) {
            self.mistakes.append(Properties.Mistake(text: "the category \(category) has no topics", line: line))
        }
        let neutralized = Set(protections.filter { $0.value == .neutralize }.keys)
        let rules = lists.filter { $0.category.map { protections[$0] != Protection.none } ?? true }.flatMap { list in
            list.terms.map { TopicPolicy.Rule(category: list.category, form: list.form, term: $0) }
        }
        policy = TopicPolicy(told: told, neutralized: neutralized, rules: rules)
        if let problem = policy.problem { self.mistakes.append(Properties.Mistake(text: problem, line: 1)) }
        guard self.mistakes.isEmpty else {
            throw Invalid(mistakes: self.mistakes.sorted { ($0.line, $0.text) < ($1.line, $1.text) })
        }
    }

    private mutating func note(_ text: String, _ entry: Properties.Entry) {
        mistakes.append(Properties.Mistake(text: text, line: entry.line))
    }

    private mutating func read(_ entry: Properties.Entry) {
        let parts = entry.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch (parts.count, parts.dropFirst().first) {
        case (1, _) where parts[0] == "told": readTold(entry)
        case (2, "deny"?) where parts[0] == "labels", (3, "deny"?) where parts[0] == "labels":
            guard parts.count == 2 || isLabel(parts[2], entry) else { return }
            deniedLabels += terms(entry, category: "labels", .words)
        case (2, "protect") where parts[0] != Self.allow: readProtection(entry, parts[0])
        case (2, let form?), (3, let form?):
            readList(entry, parts[0], form, label: parts.count == 3 ? parts[2] : nil)
        default:
            note(
                "\(entry.key.printable) is neither told, allow.FORM, CATEGORY.protect nor CATEGORY.FORM, where FORM is "
                    + Self.forms, entry)
        }
    }

    private static let allow = "allow"
    private static let forms = TopicPolicy.Form.allCases.map(\.rawValue).joined(separator: ", ")

    private mutating func readTold(_ entry: Properties.Entry) {
        guard let told = TopicPolicy.Told(rawValue: entry.value.trimmed) else {
            return note(
                "told must be one of \(TopicPolicy.Told.allCases.map(\.rawValue).joined(separator: ", "))", entry)
        }
        self.told = told
    }

    private mutating func readProtection(_ entry: Properties.Entry, _ category: String) {
        guard isCategory(category, entry) else { return }
        guard let protection = Protection(rawValue: entry.value.trimmed) else {
            return note("protect must be drop, neutralize, or none for a category that counts as others do", entry)
        }
        protections[category] = protection
    }

    /// Whether the name of a category is valid.
    private mutating func isCategory(_ name: String, _ entry: Properties.Entry) -> Bool {
        guard Self.isWord(name), name != "told" else {
            note("\(name.printable) cannot name a category: use small letters, digits and `-`", entry)
            return false
        }
        categories[name] = categories[name] ?? entry.line
        return true
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }

    private mutating func readList(_ entry: Properties.Entry, _ name: String, _ form: String, label: String?) {
        guard let known = TopicPolicy.Form(rawValue: form) else {
            let hint = Names.nearest(form, TopicPolicy.Form.allCases.map(\.rawValue) + ["protect"])
            return note(
                "\(entry.key.printable): \(form.printable) is not a form (\(Self.forms))"
                    + (hint.map { "; did you mean \($0)?" } ?? ""), entry)
        }
        guard name == Self.allow || isCategory(name, entry) else { return }
        guard label.map({ isLabel($0, entry) }) ?? true else { return }
        let category = name == Self.allow ? nil : name
        lists.append(
            List(category: category, form: known, label: label ?? "", terms: terms(entry, category: category, known)))
    }

    /// Whether the label of a list is valid.
    private mutating func isLabel(_ label: String, _ entry: Properties.Entry) -> Bool {
        let isWord = Self.isWord(label)
        if !isWord { note("\(entry.key.printable): a label has small letters, digits and `-`", entry) }
        return isWord
    }

    /// Returns the valid terms of an entry.
    private mutating func terms(
        _ entry: Properties.Entry, category: String?, _ form: TopicPolicy.Form
    ) -> [String] {
        var terms: [String] = []
        for term in entry.value.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed) {
            if let problem = TopicPolicy.problem(TopicPolicy.Rule(category: category, form: form, term: term)) {
                note("\(entry.key): \(term.isEmpty ? "an empty term" : "\(term.printable): \(problem)")", entry)
            } else if terms.contains(term) {
                note("\(entry.key): \(term.printable) is in the list twice", entry)
            } else {
                terms.append(term)
            }
        }
        return terms
    }

    /// The rules of which no label of a cluster may have a term: those of all categories, however they are protected, and the
    /// words that are denied.
    public var labelRules: [TopicPolicy.Rule] {
        lists.filter { $0.category != nil }.flatMap { list in
            list.terms.map { TopicPolicy.Rule(category: list.category, form: list.form, term: $0) }
        } + deniedLabels.map { TopicPolicy.Rule(category: "labels", form: .words, term: $0) }
    }
}
