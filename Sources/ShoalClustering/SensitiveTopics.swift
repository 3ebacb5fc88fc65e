/// The topics that are named as sensitive (`privacy.sensitive-topics`, `privacy.policy`).
public struct SensitiveTopics: Sendable {
    private var names: Set<[UInt8]> = []
    private var prefixes: [[UInt8]] = []
    private var policy = TopicPolicy.none
    /// The names and prefixes, compared as the policy compares its own. Empty without a policy.
    private var listed = TopicRules([])

    public init(_ settings: Settings) {
        self.init(settings.sensitiveTopics)
        guard !settings.policy.isEmpty else { return }
        policy = settings.policy
        listed = TopicRules(
            settings.sensitiveTopics.map { text in
                let isPrefix = TopicPattern(text).isPrefix
                let term = String(decoding: text, as: UTF8.self)
                return TopicPolicy.Rule(category: "", form: isPrefix ? .prefix : .exact, term: term)
            })
    }

    /// - Parameter patterns: as `TopicPattern` reads them.
    init(_ patterns: [[UInt8]]) {
        for pattern in patterns.map({ TopicPattern($0) }) {
            if pattern.isPrefix { prefixes.append(pattern.skeleton) } else { names.insert(pattern.skeleton) }
        }
    }

    /// How a topic is sensitive.
    enum Sensitivity: Equatable, Sendable {
        case none
        /// Nothing is known of what goes with it.
        case dropped
        /// It is of a neutralized category, by its place in `TopicPolicy.neutralized`.
        case neutralized(Int)
    }

    public var isEmpty: Bool { names.isEmpty && prefixes.isEmpty && policy.isEmpty }

    /// Whether a topic is sensitive. Computes its skeleton: about 100 ns for ASCII, some µs for other names and with a policy.
    public func contains(_ name: ArraySlice<UInt8>) -> Bool { sensitivity(of: name) != .none }

    /// Returns how a topic is sensitive.
    func sensitivity(of name: ArraySlice<UInt8>) -> Sensitivity {
        guard !isEmpty else { return .none }
        if !policy.isEmpty {
            let reading = TopicReading(name)
            if let rule = policy.rule(for: reading) {
                let place = rule.category.flatMap { policy.neutralized.firstIndex(of: $0) }
                return place.map { .neutralized($0) } ?? .dropped
            }
            if listed.rule(for: reading) != nil { return .dropped }
        }
        let skeleton = TopicSkeleton.of(name)
        let isListed = names.contains(skeleton) || prefixes.contains { skeleton.starts(with: $0) }
        return isListed ? .dropped : .none
    }

    /// Whether a description may name a topic.
    public func tells(_ name: ArraySlice<UInt8>) -> Bool { policy.tells(name) && !contains(name) }
}
