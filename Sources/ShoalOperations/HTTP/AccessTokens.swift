import Foundation
internal import ShoalSchemas
internal import ShoalSettings

/// Who may use the API: a line for each token with a name, roles and the token's SHA-256, or for each subject of certificates. Tokens
/// themselves are stored nowhere.
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

    /// The bearer of a token, or of a certificate.
    public struct Bearer: Equatable, Sendable {
        /// How long a token of an issuer is valid.
        public struct Validity: Equatable, Sendable {
            var end: Date
            /// What tells the issuer's key from others: a token ends with its key.
            var key: String
        }

        public var name: String
        public var roles: Set<Role>
        /// nil: the file decides.
        public internal(set) var validity: Validity?
    }

    /// The file is not valid. One text for each mistake.
    public struct Invalid: Error {
        public var problems: [String]
    }

    /// By the token's SHA-256.
    private var bearers: [String: Bearer] = [:]
    private var subjects: [String: Bearer] = [:]
    private static let subjectMark = "subject:"

    /// Parses the content of a file: `NAME ROLE[,ROLE] SHA256` or `NAME ROLE[,ROLE] subject:SUBJECT`. Lines that are empty or begin with
    /// `#` do not count.
    /// - Throws: `Invalid`, with all mistakes.
    public init(_ text: String) throws(Invalid) {
        var problems: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(maxSplits: 2, whereSeparator: \.isWhitespace).map(\.trimmed)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func tell(_ problem: String) { problems.append("line \(number + 1): \(problem)") }
            guard words.count == 3 else {
                tell("must be NAME ROLE SHA256, or NAME ROLE subject:SUBJECT")
                continue
            }
            let names = words[1].split(separator: ",").map(String.init)
            let roles = names.compactMap(Role.init)
            if roles.isEmpty || roles.count < names.count {
                let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                tell("\(words[1].printable) is not a role, or a list of roles with commas: \(known)")
            }
            let bearer = Bearer(name: first, roles: Set(roles))
            if words[2].hasPrefix(Self.subjectMark) {
                let subject = Self.canonical(words[2].dropFirst(Self.subjectMark.count))
                if subject.isEmpty {
                    tell("the subject is missing, as CN=anna,O=Example")
                } else if subjects.updateValue(bearer, forKey: subject) != nil {
                    tell("the same subject as on an earlier line")
                }
                continue
            }
            let digest = words[2].lowercased()
            if Hex.bytes(digest)?.count != 32 {
                tell("the third word must be the SHA-256 of a token, 64 hexadecimal digits")
            } else if bearers.updateValue(bearer, forKey: digest) != nil {
                tell("the same token as on an earlier line")
            }
        }
        if !problems.isEmpty { throw Invalid(problems: problems) }
    }

    /// Returns who holds a token.
    /// - Parameter digest: the token's SHA-256, in lowercase hexadecimal digits. Comparing digests tells nothing of other tokens.
    public func bearer(digest: String) -> Bearer? { bearers[digest] }

    /// Returns whom a subject of a certificate stands for.
    public func bearer(subject: String) -> Bearer? { subjects[Self.canonical(subject)] }

    /// Returns the line for a subject, without the end of the line.
    public static func line(name: String, roles: [String], subject: String) -> String {
        "\(name) \(roles.joined(separator: ",")) \(subjectMark)\(canonical(subject))"
    }

    /// Returns a subject without blanks around the commas between its parts, as programs differ in them.
    private static func canonical(_ subject: some StringProtocol) -> String {
        var text = ""
        var (isEscaped, isStart) = (false, true)
        for character in subject.trimmed {
            if isStart, character.isWhitespace { continue }
            isStart = false
            if character == ",", !isEscaped {
                while text.last?.isWhitespace == true, !text.hasSuffix("\\ ") { text.removeLast() }
                isStart = true
            }
            isEscaped = character == "\\" && !isEscaped
            text.append(character)
        }
        return text
    }
}
