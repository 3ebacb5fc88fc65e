/// The topics that descriptions may name. They are compared by their skeletons: a name that only looks alike is not
/// told.
struct ToldTopics: Sendable {
    private var names: Set<[UInt8]> = []
    private var prefixes: [[UInt8]] = []
    private var trees: Set<[[UInt8]]> = []

    init(_ rules: [TopicPolicy.Rule]) {
        for rule in rules where rule.category == nil {
            let name = Array(rule.term.utf8)[...]
            switch rule.form {
            case .prefix: prefixes.append(TopicSkeleton.of(name))
            case .tree: trees.insert(Self.levels(of: name))
            case .exact, .words: names.insert(TopicSkeleton.of(name))
            }
        }
    }

    func contains(_ name: ArraySlice<UInt8>) -> Bool {
        let skeleton = TopicSkeleton.of(name)
        if names.contains(skeleton) || prefixes.contains(where: { skeleton.starts(with: $0) }) { return true }
        guard !trees.isEmpty else { return false }
        let levels = Self.levels(of: name)
        return levels.indices.contains { trees.contains(Array(levels[...$0])) }
    }

    private static func levels(of name: ArraySlice<UInt8>) -> [[UInt8]] {
        name.split { "/.:".utf8.contains($0) }.map { TopicSkeleton.of($0) }
    }
}
