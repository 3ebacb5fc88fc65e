import ShoalSchemas

/// Who may use the API: a line for each token with a name, roles and the token's SHA-256. Tokens themselves are stored nowhere.
public struct AccessTokens: Sendable {
    /// What a token permits.
    public enum Role: String, CaseIterable, Sendable {
        /// Published clusters.
        case viewer
        /// The state of the instance.
        case `operator`
        /// One member at a time, with a reason.
        case analyst
        /// The audit log.
        case privacyOfficer = "privacy-officer"
    }

    /// The bearer of a token.
    public struct Bearer: Equatable, Sendable {
        public var name: String
        public var roles: Set<Role>
    }

    /// The file is not valid. One text for each mistake.
    public struct Invalid: Error {
        public var problems: [String]
    }

    private var bearers: [String: Bearer] = [:]

    /// Parses the content of a file: `NAME ROLE[,ROLE] SHA256`. Lines that are empty or begin with `#` do not count.
    /// - Throws: `Invalid`, with all mistakes.
    public init(_ text: String) throws(Invalid) {
        var problems: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func tell(_ problem: String) { problems.append("line \(number + 1): \(problem)") }
            guard words.count == 3 else {
                tell("must be NAME ROLE SHA256")
                continue
            }
            let names = words[1].split(separator: ",").map(String.init)
            let roles = names.compactMap(Role.init)
            if roles.isEmpty || roles.count < names.count {
                let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                tell("\(words[1].printable) is not a role, or a list of roles with commas: \(known)")
            }
            let digest = words[2].lowercased()
            if Hex.bytes(digest)?.count != 32 {
                tell("the third word must be the SHA-256 of a token, 64 hexadecimal digits")
            } else if bearers.updateValue(Bearer(name: first, roles: Set(roles)), forKey: digest) != nil {
                tell("the same token as on an earlier line")
            }
        }
        if !problems.isEmpty { throw Invalid(problems: problems) }
    }

    /// Returns who holds a token.
    /// - Parameter digest: the token's SHA-256, in lowercase hexadecimal digits. Comparing digests tells nothing of other tokens.
    public func bearer(digest: String) -> Bearer? { bearers[digest] }
}
