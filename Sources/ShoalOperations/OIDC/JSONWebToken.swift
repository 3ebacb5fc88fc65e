internal import CShoalCjose
import Foundation

/// A signed token (RFC 7519, in the compact form of RFC 7515), whose signature and claims are not verified yet.
@safe final class JSONWebToken {
    /// The largest token, in bytes.
    static let largest = 16 << 10
    /// Tokens of other types, such as those for a log-out, are not for this (RFC 8725, section 3.11).
    private static let types = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]

    let algorithm: SigningAlgorithm
    /// The id of the key; nil: it has none.
    let key: String?
    private let token: OpaquePointer

    /// Parses a token.
    init(_ text: String) throws(TokenRefusal) {
        guard text.utf8.count <= Self.largest else { throw .tooLarge }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty,
            parts.allSatisfy({ $0.allSatisfy(Self.isBase64) && $0.count % 4 != 1 })
        else { throw .malformed }
        // Safe: the text has as many bytes as it says. The token is released once, by `deinit`, or here after a refusal.
        guard let token = unsafe cjose_jws_import(text, text.utf8.count, nil) else {
            throw Self.namesAlgorithm(parts[0]) ? .algorithm : .malformed
        }
        var isTaken = false
        defer { if !isTaken { unsafe cjose_jws_release(token) } }
        // It belongs to the token.
        guard let header = unsafe cjose_jws_get_protected(token) else { throw .malformed }
        func member(_ name: String) -> String? {
            // Safe: the header keeps the text.
            unsafe cjose_header_get(header, name, nil).map { unsafe String(cString: $0) }
        }
        guard let algorithm = member("alg").flatMap(SigningAlgorithm.init) else { throw .algorithm }
        guard !parts[2].isEmpty else { throw .malformed }
        // Critical extensions have to be understood, and none is.
        if let critical = unsafe cjose_header_get_raw(header, "crit", nil) {
            unsafe free(critical)
            throw .type
        }
        guard Self.types.contains((member("typ") ?? Self.types[0]).lowercased()) else { throw .type }
        (self.algorithm, key) = (algorithm, member("kid"))
        unsafe self.token = token
        isTaken = true
    }

    deinit {
        unsafe cjose_jws_release(token)
    }

    func isSigned(by key: IssuerKey) -> Bool { unsafe key.suits(algorithm) && key.verifies(token) }

    /// The claims. They mean nothing before the signature is verified.
    var claims: [String: Any]? {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        // Safe: the token keeps the bytes, which are copied here.
        guard unsafe cjose_jws_get_plaintext(token, &bytes, &count, nil), let bytes = unsafe bytes else { return nil }
        let data = unsafe Data(bytes: bytes, count: count)
        return try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    }

    static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Whether a header that the library refuses names an algorithm, which is then one that it does not know.
    private static func namesAlgorithm(_ part: Substring.UTF8View) -> Bool {
        var text = String(decoding: part, as: UTF8.self).replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text),
            let header = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return false }
        return header["alg"] is String
    }
}
