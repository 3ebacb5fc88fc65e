/// The algorithms by which tokens may be signed (RFC 7518, section 3.1): only those with a public key.
enum SigningAlgorithm: String, CaseIterable, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"

    /// The curve of its keys; nil: they are of RSA.
    var curve: String? {
        switch self {
        case .es256: "P-256"
        case .es384: "P-384"
        case .es512: "P-521"
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: nil
        }
    }
}
