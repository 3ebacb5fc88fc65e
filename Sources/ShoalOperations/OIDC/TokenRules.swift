import Foundation
internal import ShoalSchemas

/// What the claims of a token must say, and which roles they give.
struct TokenRules: Equatable, Sendable {
    /// The difference between two clocks that is tolerated, in seconds.
    static let leeway = 60.0
    /// OpenID Connect Core 1.0, section 2.
    static let longestSubject = 255

    var issuer: String
    var audience: String
    /// The name of a claim, or a path of names with dots between them.
    var rolesClaim: String
    /// The roles of each value of the claim, by its UTF-8: strings of Swift are equal if only their normal forms are.
    var roles: [[UInt8]: Set<AccessTokens.Role>]

    /// Returns the bearer of a token whose signature was verified.
    /// - Parameter key: What tells the key from others.
    func bearer(_ claims: [String: Any], key: String, at now: Date) throws(TokenRefusal) -> AccessTokens.Bearer {
        guard Self.isEqual(claims["iss"], issuer) else { throw .issuer }
        let audiences = claims["aud"] as? [Any] ?? [claims["aud"] as Any]
        guard audiences.contains(where: { Self.isEqual($0, audience) }) else { throw .audience }
        guard let end = (claims["exp"] as? NSNumber)?.doubleValue, end.isFinite else { throw .unlimited }
        let time = now.timeIntervalSince1970
        guard time < end + Self.leeway else { throw .expired }
        if let start = claims["nbf"] {
            guard let start = (start as? NSNumber)?.doubleValue, time >= start - Self.leeway else { throw .notYetValid }
        }
        guard let subject = claims["sub"] as? String, !subject.isEmpty, subject.utf8.count <= Self.longestSubject,
            subject.unicodeScalars.allSatisfy({ !$0.isUnprintable })
        else { throw .subject }
        // No name of `api.access-file` has a blank.
        return AccessTokens.Bearer(
            name: "\(issuer) \(subject)", roles: roles(claims),
            validity: .init(end: Date(timeIntervalSince1970: end + Self.leeway), key: key))
    }

    private func roles(_ claims: [String: Any]) -> Set<AccessTokens.Role> {
        let value = claims[rolesClaim] ?? Self.value(rolesClaim.split(separator: ".")[...], claims)
        let values =
            switch value {
            case let text as String: text.split(separator: " ").map(String.init)
            case let list as [Any]: list.compactMap { $0 as? String }
            default: [String]()
            }
        return values.reduce(into: []) { $0.formUnion(roles[Array($1.utf8)] ?? []) }
    }

    /// Returns whether a value is a text, byte for byte (RFC 7519, section 2).
    static func isEqual(_ value: Any?, _ text: String) -> Bool {
        (value as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
    }

    private static func value(_ path: ArraySlice<Substring>, _ claims: [String: Any]) -> Any? {
        guard let first = path.first, let value = claims[String(first)] else { return nil }
        return path.count == 1 ? value : (value as? [String: Any]).flatMap { Self.value(path.dropFirst(), $0) }
    }
}
