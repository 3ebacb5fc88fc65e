/// A name that operators gave a cluster: the value of a record of `labels.topic`, whose key is the cluster's number. It takes effect
/// when a second person has approved it, and as long as the cluster is what it was named for.
public struct ClusterLabel: Codable, Equatable, Sendable {
    /// What was told of the cluster when its label was proposed.
    public struct Basis: Codable, Equatable, Sendable {
        /// The version of the model that wrote the description.
        public var modelVersion: Int64
        /// The last change of the cluster.
        public var state: String?
        /// The fingerprint of each leading topic. It keeps no name, which may be sensitive later.
        public var topics: [String]
        public var children: [UInt32]
        public var merged: [UInt32]

        private enum CodingKeys: String, CodingKey {
            case modelVersion = "model_version"
            case state, topics, children, merged
        }

        public init(_ description: ClusterDescription) {
            modelVersion = description.modelVersion ?? 0
            state = description.state?.name
            topics = description.leadingTopics.map(ClusterLabel.fingerprint)
            (children, merged) = (description.children, description.merged)
        }

        /// Whether a description is that of the same cluster, which has not drifted, split or been merged: its state and the
        /// clusters that were merged into it are the same, no child is new, and at least half of the leading topics, then and now,
        /// are the same. Without topics nothing is the same.
        public func fits(_ description: ClusterDescription) -> Bool {
            let now = Set(description.leadingTopics.map(ClusterLabel.fingerprint))
            let common = now.intersection(topics).count
            return common > 0 && 2 * common >= max(now.count, Set(topics).count)
                && state == description.state?.name && merged == description.merged
                && Set(description.children).isSubset(of: children)
        }
    }

    /// Who did something, when and why.
    public struct Act: Codable, Equatable, Sendable {
        /// The user who logged in.
        public var by: String
        /// Milliseconds since 1970.
        public var timeMs: Int64
        public var reason: String

        private enum CodingKeys: String, CodingKey {
            case by, reason
            case timeMs = "time_ms"
        }

        public init(by: String, timeMs: Int64, reason: String) {
            (self.by, self.timeMs, self.reason) = (by, timeMs, reason)
        }
    }

    public var cluster: UInt32
    public var text: String
    public var proposed: Act
    /// nil until a second person has approved it.
    public var approved: Act?
    public var basis: Basis

    public init(cluster: UInt32, text: String, proposed: Act, basis: Basis) {
        (self.cluster, self.text, self.proposed, self.basis) = (cluster, text, proposed, basis)
    }

    /// Whether somebody else than the proposer has approved it.
    public var isApproved: Bool { approved.map { $0.by != proposed.by } ?? false }

    /// Whether it may stand for a cluster that is described so: approved, well formed and not expired.
    public func applies(to description: ClusterDescription) -> Bool {
        isApproved && cluster == description.cluster && Self.problem(text) == nil && basis.fits(description)
    }

    // MARK: - Text

    public static let mostCharacters = 60
    public static let mostWords = 6
    /// The punctuation of a text. Without any other, no text is markup.
    private static let punctuation = Set("-'’,.+()/".unicodeScalars)

    /// Returns why a text cannot be a label; nil: it can.
    public static func problem(_ text: String) -> String? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if text.isEmpty || words.contains("") { return "it must be words with one space between them" }
        // Scalars bound the marks on one character.
        if text.count > mostCharacters || text.unicodeScalars.count > 2 * mostCharacters {
            return "it must have at most \(mostCharacters) characters"
        }
        if words.count > mostWords { return "it must have at most \(mostWords) words" }
        guard text.unicodeScalars.allSatisfy({ $0 == " " || isAllowed($0) }) else {
            return "it must consist of letters, digits, spaces and - ' , . + ( ) /, and nothing that cannot be seen"
        }
        return text.unicodeScalars.contains(where: \.properties.isAlphabetic) ? nil : "it must have a letter"
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            return true
        default: return punctuation.contains(scalar)
        }
    }

    /// Returns the FNV-1a hash of a topic's name, 64 bits as 16 hexadecimal digits.
    public static func fingerprint(_ topic: String) -> String {
        let hash = FNV1a.hash(topic.utf8)
        return Hex.text((0..<8).reversed().map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) })
    }
}
