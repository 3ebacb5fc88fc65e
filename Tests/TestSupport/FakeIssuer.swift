import CShoalCjose
import Foundation
public import ShoalOperations
import ShoalSettings
import Synchronization

/// A key that signs tokens.
///
/// `@unchecked Sendable`: it never changes.
@safe public final class SigningKey: @unchecked Sendable {
    public enum Kind: Sendable {
        case rsa(bits: Int)
        case p256
        case p384
        case p521
        case secret
    }

    public let id: String?
    private let key: OpaquePointer

    /// Makes a new key.
    public init(_ kind: Kind, id: String?) {
        let key =
            switch kind {
            // Safe: the exponent outlives the call.
            case .rsa(let bits): unsafe cjose_jwk_create_RSA_random(bits, [1, 0, 1], 3, nil)
            case .p256: unsafe cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nil)
            case .p384: unsafe cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_384, nil)
            case .p521: unsafe cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_521, nil)
            case .secret: unsafe cjose_jwk_create_oct_random(256, nil)
            }
        guard let key = unsafe key else { fatalError("no key") }
        self.id = id
        unsafe self.key = key
    }

    deinit { _ = unsafe cjose_jwk_release(key) }

    /// The public members, as a key set has them.
    public var members: [String: Any] {
        guard let text = unsafe cjose_jwk_to_json(key, false, nil) else { return [:] }
        defer { unsafe free(text) }
        let object = try? JSONSerialization.jsonObject(with: Data(unsafe String(cString: text).utf8))
        var members = object as? [String: Any] ?? [:]
        members["kid"] = id
        return members
    }

    /// Returns a token with a header of texts, and of values of JSON.
    public func token(
        _ algorithm: String, _ claims: [String: Any], header more: [String: String] = [:], raw: [String: String] = [:]
    ) throws -> String {
        let header = unsafe cjose_header_new(nil)
        defer { unsafe cjose_header_release(header) }
        for (name, value) in ["alg": algorithm, "kid": id].merging(more, uniquingKeysWith: { $1 }) {
            guard let value, !value.isEmpty else { continue }
            guard unsafe cjose_header_set(header, name, value, nil) else { throw Unsigned() }
        }
        for (name, value) in raw {
            guard unsafe cjose_header_set_raw(header, name, value, nil) else { throw Unsigned() }
        }
        let body = try JSONSerialization.data(withJSONObject: claims)
        let token = unsafe body.withUnsafeBytes { bytes in
            unsafe cjose_jws_sign(
                key, header, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, nil)
        }
        guard let token = unsafe token else { throw Unsigned() }
        defer { unsafe cjose_jws_release(token) }
        var text: UnsafePointer<CChar>?
        guard unsafe cjose_jws_export(token, &text, nil), let text = unsafe text else { throw Unsigned() }
        return unsafe String(cString: text)
    }

    public struct Unsigned: Error {}
}

/// An issuer of tokens on this host.
public final class FakeIssuer: Sendable {
    private struct State: Sendable {
        var keys = Data()
        var document: Data?
        var isDown = false
        var url = ""
        var requests = 0
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    public let url: String
    private let shared: Shared
    private let server: HTTPServer

    /// - Parameter host: that of the URL.
    public init(host: String = "127.0.0.1", tls: HTTPTLS? = nil) throws {
        let shared = Shared()
        func answer(_ body: @escaping @Sendable (State) -> Data) -> @Sendable (HTTPRequest) -> HTTPResponse {
            { _ in
                shared.state.withLock { state in
                    state.requests += 1
                    return state.isDown
                        ? HTTPResponse("down\n", status: 503)
                        : HTTPResponse(String(decoding: body(state), as: UTF8.self), contentType: HTTPResponse.json)
                }
            }
        }
        let document = answer { state in
            state.document ?? Data(#"{"issuer":"\#(state.url)","jwks_uri":"\#(state.url)/keys"}"#.utf8)
        }
        let routes = [
            HTTPRoute("/.well-known/openid-configuration", "", answer: document),
            HTTPRoute("/keys", "", answer: answer(\.keys)),
        ]
        server = try HTTPServer(
            ListenAddress(host: "127.0.0.1", port: 0), setting: "test", HTTPService(routes: routes), tls: tls)
        self.shared = shared
        url = "\(tls == nil ? "http" : "https")://\(host):\(server.port)"
        shared.state.withLock { [url] in $0.url = url }
    }

    /// How often it was asked.
    public var requests: Int { shared.state.withLock { $0.requests } }

    public func publish(_ keys: [[String: Any]]) throws {
        let data = try JSONSerialization.data(withJSONObject: ["keys": keys])
        shared.state.withLock { $0.keys = data }
    }

    /// Answers with another description; nil: the right one.
    public func describe(_ text: String?) {
        shared.state.withLock { $0.document = text.map { Data($0.utf8) } }
    }

    /// Whether each request fails.
    public func isDown(_ isDown: Bool) {
        shared.state.withLock { $0.isDown = isDown }
    }

    /// The claims of a valid token.
    public func claims(
        _ subject: String = "anna", roles: [String] = ["viewer"], seconds: Double = 600,
        more: [String: Any] = [:]
    ) -> [String: Any] {
        let claims: [String: Any] = [
            "iss": url, "aud": "shoal", "sub": subject, "roles": roles, "exp": Date().timeIntervalSince1970 + seconds,
        ]
        return claims.merging(more) { $1 }.filter { !($0.value is NSNull) }
    }

    public func stop() async { await server.stop() }
}
