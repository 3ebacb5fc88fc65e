/// The topics that are named as sensitive (`privacy.sensitive-topics`).
public struct SensitiveTopics: Sendable {
    private var names: Set<[UInt8]> = []
    private var prefixes: [[UInt8]] = []

    /// - Parameter patterns: as `TopicPattern` reads them.
    public init(_ patterns: [[UInt8]]) {
        for pattern in patterns.map({ TopicPattern($0) }) {
            if pattern.isPrefix { prefixes.append(pattern.skeleton) } else { names.insert(pattern.skeleton) }
        }
    }

    public var isEmpty: Bool { names.isEmpty && prefixes.isEmpty }

    /// Whether a topic is sensitive. Computes its skeleton: about 100 ns for ASCII, some µs for other names.
    public func contains(_ name: ArraySlice<UInt8>) -> Bool {
        guard !isEmpty else { return false }
        let skeleton = TopicSkeleton.of(name)
        return names.contains(skeleton) || prefixes.contains { skeleton.starts(with: $0) }
    }
}
