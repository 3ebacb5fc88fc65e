internal import ShoalSchemas
internal import ShoalSettings

/// A URL of an issuer: over HTTPS, or of this host. The form is narrower than RFC 3986 allows, so that two parsers cannot read it
/// differently.
struct IssuerURL: Equatable, Sendable {
    private static let longest = 2_048

    let text: String
    /// Whether it names this host.
    let isLocal: Bool

    /// nil: the text is no such URL.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#"@?#\"<>^`{|}"#.utf8.contains($0) })
        else { return nil }
        let isPlain = text.hasPrefix("http://")
        guard isPlain || text.hasPrefix("https://") else { return nil }
        let authority = text.dropFirst(isPlain ? 7 : 8).prefix { $0 != "/" }
        let hasPort = authority.last.map { $0 != "]" } == true && authority.contains(":")
        guard let address = ListenAddress(hasPort ? String(authority) : authority + ":443"), address.host != nil else {
            return nil
        }
        isLocal = address.isLoopback
        guard isLocal || !isPlain else { return nil }
        self.text = text
    }

    /// The document that describes an issuer (OpenID Connect Discovery 1.0, section 4).
    var discovery: IssuerURL? {
        IssuerURL((text.hasSuffix("/") ? String(text.dropLast()) : text) + "/.well-known/openid-configuration")
    }
}
