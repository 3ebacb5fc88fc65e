/// Which topics are sensitive, by category, and which may be named in descriptions (`privacy.policy`).
///
/// It is recorded with models as one text, and its rules are made from that text.
public struct TopicPolicy: Equatable, Sendable {
    /// How a rule's term is compared with the name of a topic.
    public enum Form: String, CaseIterable, Sendable {
        /// With the whole name.
        case exact
        /// With the beginning of the name.
        case prefix
        /// With the levels of the name, which `/`, `.` and `:` separate: the topic and all below it.
        case tree
        /// With words of the name that follow one another. A `*` at the end stands for the rest of the last word.
        case words
    }

    /// Which topics descriptions of clusters name.
    public enum Told: String, CaseIterable, Sendable {
        /// Those of the allow list.
        case listed
        case allButSensitive = "all-but-sensitive"
    }

    public struct Rule: Equatable, Sendable {
        /// The category of a sensitive topic; nil: the topic may be told.
        public let category: String?
        public let form: Form
        public let term: String

        public init(category: String?, form: Form, term: String) {
            self.category = category
            self.form = form
            self.term = term
        }
    }

    public static let none = TopicPolicy(recorded: [])

    /// The recorded text; empty without a policy.
    public let text: [UInt8]
    /// The most bytes of a text.
    public static let longest = 256 << 10
    private let content: Content

    /// - Parameters:
    ///   - neutralized: The categories whose companions do not count either (`protect = neutralize`).
    ///   - rules: without line breaks in their texts; valid by `problem(_:)`.
    public init(told: Told, neutralized: Set<String> = [], rules: [Rule]) {
        var lines = ["spellings \(Self.spellings)", "unicode \(TopicSkeleton.unicodeVersion)", "told \(told.rawValue)"]
        lines += neutralized.sorted().map { Self.neutralize + $0 }
        // A line has all rules that follow one another with the same category and form.
        var last = ""
        for rule in rules {
            let head = "\(rule.category.map { "drop \($0)" } ?? "tell -") \(rule.form.rawValue) "
            if head == last {
                lines[lines.count - 1] += ",\(rule.term)"
            } else {
                lines.append(head + rule.term)
            }
            last = head
        }
        self.init(recorded: Array(lines.joined(separator: "\n").utf8))
    }

    /// Reads a recorded text. `problem` tells of one that is not valid.
    public init(recorded text: [UInt8]) {
        self.text = text
        content = Content(text)
    }

    public static func == (left: TopicPolicy, right: TopicPolicy) -> Bool { left.text == right.text }

    public var isEmpty: Bool { text.isEmpty }
    public var told: Told { content.told }
    public var rules: [Rule] { content.rules }
    /// The categories whose companions do not count either, ascending, at most 64.
    public var neutralized: [String] { content.neutralized }
    /// Why a recorded text cannot be used; nil: it can.
    public var problem: String? { content.problem }
    /// The tables by which the text compares names, if this program has others.
    public var hasOtherTables: Bool { content.hasOtherTables }

    private static let neutralize = "neutralize "
    /// The most categories that are neutralized: each viewer has one bit for each while an epoch is open.
    public static let mostNeutralized = 64

    /// The policy as rules before 9 have it: a neutralized category is only dropped.
    var withoutNeutralizing: TopicPolicy {
        guard !neutralized.isEmpty else { return self }
        let lines = text.split(separator: UInt8(ascii: "\n")).filter { !$0.starts(with: Self.neutralize.utf8) }
        return TopicPolicy(recorded: Array(lines.joined(separator: [UInt8(ascii: "\n")])))
    }

    /// The name of this program's table of spellings.
    static var spellings: String { String(SpellingTable.digest, radix: 16) }

    /// Returns the rule that makes a topic sensitive; nil: none. Takes some µs.
    public func rule(for name: ArraySlice<UInt8>) -> Rule? {
        isEmpty ? nil : rule(for: TopicReading(name))
    }

    func rule(for name: TopicReading) -> Rule? { content.sensitive.rule(for: name).map { content.rules[$0] } }

    /// Whether a description may name a topic that is not sensitive.
    public func tells(_ name: ArraySlice<UInt8>) -> Bool {
        isEmpty || content.told == .allButSensitive || content.allowed.contains(name)
    }

    /// Returns the words of a name as rules of the form `words` compare them.
    public static func words(of name: ArraySlice<UInt8>) -> [String] {
        TopicSpelling.readings(of: name)[0].words.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns the problem with a rule, or nil if it is valid.
    public static func problem(_ rule: Rule) -> String? {
        let name = Array(rule.term.utf8)
        if name.count > 256 { return "longer than 256 bytes" }
        if rule.term.unicodeScalars.contains(where: { $0.value < 0x20 }) { return "has a control character" }
        if name.contains(UInt8(ascii: ",")) { return "has a comma; punctuation makes no difference, so leave it out" }
        if rule.category == nil, rule.form == .words {
            return "`words` cannot be told, because they may stand in a sensitive name; use exact, prefix or tree"
        }
        let isStem = name.last == UInt8(ascii: "*")
        if name.dropLast(isStem ? 1 : 0).contains(UInt8(ascii: "*")) { return "`*` is allowed only at the end" }
        if isStem, rule.form != .words { return "`*` is only for words; use prefix" }
        let letters = TopicSpelling.readings(of: name[...])[0].whole
        if letters.isEmpty { return "nothing is left of it without punctuation" }
        return isStem && letters.count < 4 ? "at least four letters must stand before `*`" : nil
    }

    /// What is made from the text, once.
    private final class Content: Sendable {
        let told: Told
        let rules: [Rule]
        let neutralized: [String]
        let problem: String?
        let hasOtherTables: Bool
        let sensitive: TopicRules
        let allowed: ToldTopics

        init(_ text: [UInt8]) {
            var (told, rules, neutralized) = (Told.listed, [Rule](), [String]())
            var (problem, hasOtherTables): (String?, Bool) = (nil, false)
            if text.count > TopicPolicy.longest { problem = "the policy is longer than 256 KiB" }
            for line in text.split(separator: UInt8(ascii: "\n")) {
                let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3).map {
                    String(decoding: $0, as: UTF8.self)
                }
                switch (parts.first, parts.count) {
                case ("spellings", 2): hasOtherTables = hasOtherTables || parts[1] != TopicPolicy.spellings
                case ("unicode", 2): hasOtherTables = hasOtherTables || parts[1] != "\(TopicSkeleton.unicodeVersion)"
                case ("neutralize", 2): neutralized.append(parts[1])
                case ("told", 2) where Told(rawValue: parts[1]) != nil: told = Told(rawValue: parts[1]) ?? .listed
                case ("drop", 4) where Form(rawValue: parts[2]) != nil,
                    ("tell", 4) where Form(rawValue: parts[2]) != nil:
                    let (category, form) = (parts[0] == "drop" ? parts[1] : nil, Form(rawValue: parts[2]) ?? .exact)
                    rules += parts[3].split(separator: ",").map {
                        Rule(category: category, form: form, term: String($0))
                    }
                default: problem = problem ?? "the policy has a line that this version of Shoal does not know"
                }
            }
            if !neutralized.ascend(by: \.self) || neutralized.count > TopicPolicy.mostNeutralized {
                problem = problem ?? "the policy neutralizes too many categories, or one twice"
            }
            (self.told, self.rules, self.neutralized) = (told, rules, neutralized)
            (self.problem, self.hasOtherTables) = (problem, hasOtherTables)
            sensitive = TopicRules(rules)
            allowed = ToldTopics(rules)
        }
    }
}

extension Settings {
    /// The policy as it is recorded: nothing, or one text.
    public var policyText: [[UInt8]] {
        get { policy.isEmpty ? [] : [policy.text] }
        // More than one text is not valid, and stays so when they are put together.
        set {
            policy = TopicPolicy(
                recorded: newValue.count == 1 ? newValue[0] : Array(newValue.joined(separator: [10, 10])))
        }
    }
}
