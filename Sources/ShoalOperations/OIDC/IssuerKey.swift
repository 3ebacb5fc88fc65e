internal import CShoalCjose
import Foundation

/// A public key by which an issuer signs tokens (RFC 7517).
///
/// `@unchecked Sendable`: the key never changes, and several threads may verify with a key of OpenSSL at once.
@safe final class IssuerKey: @unchecked Sendable {
    private static let sizes = 2_048...16_384
    /// The most keys of an issuer.
    private static let most = 100

    /// The key's id; nil: it has none.
    let id: String?
    /// What tells it from all other keys.
    let identity: String
    private let curve: String?
    private let algorithm: String?
    private let key: OpaquePointer

    /// Returns the keys of a set that can verify tokens. Others are passed over: those of other kinds or uses, and those that are too
    /// short.
    /// - Returns: nil if the text is no set of keys.
    static func keys(_ set: Data) -> [IssuerKey]? {
        guard let object = try? JSONSerialization.jsonObject(with: set) as? [String: Any],
            let list = object["keys"] as? [Any], list.count <= most
        else { return nil }
        return list.compactMap { ($0 as? [String: Any]).flatMap(IssuerKey.init) }
    }

    private init?(_ members: [String: Any]) {
        func text(_ name: String) -> String? { members[name] as? String }
        let operations = members["key_ops"].map { $0 as? [String] ?? [] }
        guard text("use") ?? "sig" == "sig", operations?.contains("verify") ?? true else { return nil }
        // Only what a public key has: the library never sees more.
        let names: [String]
        switch text("kty") {
        case "RSA": names = ["kty", "n", "e"]
        case "EC": names = ["kty", "crv", "x", "y"]
        default: return nil
        }
        var known: [String: String] = [:]
        for name in names {
            guard let value = text(name), value.utf8.allSatisfy(JSONWebToken.isBase64) else { return nil }
            known[name] = value
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let json = try? encoder.encode(known) else { return nil }
        // Safe: the library reads as many bytes as it is told, and the key is released once, by `deinit`.
        let key = unsafe json.withUnsafeBytes { bytes in
            unsafe cjose_jwk_import(bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, nil)
        }
        guard let key = unsafe key else { return nil }
        curve = known["crv"]
        guard curve != nil || Self.sizes.contains(unsafe cjose_jwk_get_keysize(key, nil)) else {
            _ = unsafe cjose_jwk_release(key)
            return nil
        }
        (id, algorithm) = (text("kid"), text("alg"))
        identity = "\(id ?? "") \(algorithm ?? "") " + String(decoding: json, as: UTF8.self)
        unsafe self.key = key
    }

    deinit {
        _ = unsafe cjose_jwk_release(key)
    }

    /// Whether tokens of an algorithm can be signed by it.
    func suits(_ other: SigningAlgorithm) -> Bool {
        curve == other.curve && (algorithm == nil || algorithm == other.rawValue)
    }

    func verifies(_ token: OpaquePointer) -> Bool { unsafe cjose_jws_verify(token, key, nil) }
}
