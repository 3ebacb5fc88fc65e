/// A sensitive topic, compared by its skeleton (`TopicSkeleton`). A `*` at the end makes it a prefix.
public struct TopicPattern: Equatable, Sendable {
    let skeleton: [UInt8]
    let isPrefix: Bool

    public init(_ text: [UInt8]) {
        let whole = TopicSkeleton.of(text[...])
        isPrefix = whole.last == UInt8(ascii: "*")
        skeleton = isPrefix ? whole.dropLast() : whole
    }

    /// Returns the problem with a configured pattern, or nil if the pattern is valid.
    public static func problem(_ text: [UInt8]) -> String? {
        let pattern = TopicPattern(text)
        if pattern.skeleton.contains(UInt8(ascii: "*")) {
            return "`*` is allowed only at the end, for a prefix"
        }
        return pattern.skeleton.isEmpty && !pattern.isPrefix ? "nothing is left of it without white space" : nil
    }

    /// Returns whether the pattern matches the topic.
    public func matches(_ name: ArraySlice<UInt8>) -> Bool {
        matches(skeleton: TopicSkeleton.of(name))
    }

    func matches(skeleton name: [UInt8]) -> Bool {
        isPrefix ? name.starts(with: skeleton) : name == skeleton
    }
}
