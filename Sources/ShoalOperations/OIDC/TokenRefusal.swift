/// Why a token of an issuer does not admit its bearer.
public enum TokenRefusal: String, Error, CaseIterable, Sendable {
    case tooLarge
    case malformed
    case algorithm
    case type
    /// The key is not known, is of another type, or has not signed the token: which of them is not told.
    case signature
    case issuer
    case audience
    case unlimited
    case expired
    case notYetValid
    case subject
    /// No keys of the issuer are known, which is no fault of the token.
    case unavailable

    /// The reason as the bearer gets it.
    public var detail: String {
        switch self {
        case .tooLarge: "the token has more than \(JSONWebToken.largest) bytes"
        case .malformed: "the token is not a signed JWT"
        case .algorithm:
            "the token's algorithm must be one of "
                + SigningAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        case .type: "the token has a type or an extension that is not accepted"
        case .signature: "the token is not signed by a key of the issuer"
        case .issuer: "the token is of another issuer (api.oidc.issuer)"
        case .audience: "the token is for another audience (api.oidc.audience)"
        case .unlimited: "the token has no expiration time"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not valid yet"
        case .subject: "the token has no subject of at most \(TokenRules.longestSubject) characters"
        case .unavailable: "the keys of the issuer cannot be fetched: try again later"
        }
    }
}
