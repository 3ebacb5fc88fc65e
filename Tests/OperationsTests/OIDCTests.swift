import Foundation
import ShoalSettings
import Synchronization
import TestSupport
import Testing

@testable import ShoalOperations

private let rsa = SigningKey(.rsa(bits: 2_048), id: "rsa")
private let curves = [
    "ES256": SigningKey(.p256, id: "p256"), "ES384": SigningKey(.p384, id: "p384"),
    "ES512": SigningKey(.p521, id: "p521"),
]

@Suite("Tokens of an issuer")
struct OIDCTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        var text: String { all.withLock { $0.joined(separator: "\n") } }
    }

    private let issuer: FakeIssuer
    private let lines = Lines()

    init() throws {
        issuer = try FakeIssuer()
        try issuer.publish([rsa.members] + curves.values.map(\.members))
    }

    private func settings(_ change: (inout SettingValues) -> Void = { _ in }) throws -> OIDCSettings {
        var values = SettingValues()
        (values.oidcIssuer, values.oidcAudience) = (issuer.url, "shoal")
        change(&values)
        return try #require(try OIDCSettings(values))
    }

    private func login(
        pace: Duration = .seconds(600), age: Duration = .seconds(600),
        _ change: (inout SettingValues) -> Void = { _ in }
    ) throws -> OIDCLogin {
        let logger = Logger(
            label: "test", level: .debug, format: .json,
            sink: { [lines] line in lines.all.withLock { $0.append(line) } })
        return OIDCLogin(try settings(change), logger, KeySchedule(pace: pace, age: age))
    }

    /// The refusal of a token; nil if it is admitted.
    private func refusal(_ login: OIDCLogin, _ token: String, at now: Date = Date()) async throws -> TokenRefusal? {
        try await onThread {
            do throws(TokenRefusal) {
                _ = try login.bearer(token, digest: token, at: now)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test("signatures are verified as the examples of RFC 7515 are")
    func examples() throws {
        let text = """
            {"keys":[{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPC\
            JrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexM\
            dbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9i\
            aGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9u\
            PHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}]}
            """
        let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signed = """
            cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1\
            dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzD\
            wusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe7\
            7Rw
            """
        let keys = try #require(IssuerKey.keys(Data(text.utf8)))
        #expect(keys.count == 2, "a secret is no key that is published")
        let curve = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        for (index, header, signature) in [(0, "eyJhbGciOiJSUzI1NiJ9", signed), (1, "eyJhbGciOiJFUzI1NiJ9", curve)] {
            let token = try JSONWebToken("\(header).\(payload).\(signature)")
            #expect(token.isSigned(by: keys[index]) && !token.isSigned(by: keys[1 - index]))
            #expect(token.claims?["iss"] as? String == "joe")
            let other = try JSONWebToken("\(header).\(payload.dropLast(4))fQ0K.\(signature)")
            #expect(!other.isSigned(by: keys[index]))
        }
    }

    @Test("each algorithm with a public key is accepted, and a token is verified once")
    func algorithms() async throws {
        let login = try login()
        for algorithm in SigningAlgorithm.allCases.map(\.rawValue) {
            let token = try (curves[algorithm] ?? rsa).token(algorithm, issuer.claims())
            #expect(try await refusal(login, token) == nil, "\(algorithm)")
        }
        #expect(login.rememberedTokens == 9)
        let token = try rsa.token("RS256", issuer.claims("ben"))
        #expect(try await refusal(login, token) == nil)
        #expect(try login.bearer("not looked at any more", digest: token).name == "\(issuer.url) ben")
        #expect(issuer.requests == 2)
    }

    @Test("a token that is not right is refused, and nothing of it is logged")
    func refused() async throws {
        let login = try login()
        let now = Date().timeIntervalSince1970
        let right = try rsa.token("RS256", issuer.claims())
        let parts = right.split(separator: ".").map(String.init)
        func encoded(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-").replacing(
                "/", with: "_")
        }
        let (other, secret) = (SigningKey(.rsa(bits: 2_048), id: "rsa"), SigningKey(.secret, id: "rsa"))
        let claims = issuer.claims()
        var cases: [(String, TokenRefusal?)] = [
            (right, nil), ("", .malformed), ("x", .malformed), ("a.b", .malformed), ("..", .malformed),
            (right + ".x", .malformed), (right + "=", .malformed), (right + " ", .malformed),
            ("\(parts[0]).\(parts[1]).", .malformed), ("\(parts[0])..\(parts[2])", .malformed),
            ("\(parts[0]).\(parts[1]).\(parts[2].dropLast(4))", .signature),
            ("\(parts[0]).a.\(parts[2])", .malformed), ("\(encoded("[]")).\(parts[1]).\(parts[2])", .malformed),
            ("\(encoded("{")).\(parts[1]).\(parts[2])", .malformed),
            ("\(encoded(#"{"alg":"none"}"#)).\(parts[1]).", .algorithm),
            ("\(encoded(#"{"alg":"none"}"#)).\(parts[1]).\(parts[2])", .algorithm),
            ("\(encoded(#"{"alg":"None"}"#)).\(parts[1]).", .algorithm),
            ("\(encoded(#"{"alg":"EdDSA"}"#)).\(parts[1]).\(parts[2])", .algorithm),
            (try secret.token("HS256", claims), .algorithm), (try secret.token("HS512", claims), .algorithm),
            (try other.token("RS256", claims), .signature),
            (try other.token("RS256", claims, header: ["kid": "none"]), .signature),
            (try rsa.token("RS256", claims, header: ["kid": "p256"]), .signature),
            (try SigningKey(.p256, id: "rsa").token("ES256", claims), .signature),
            (try SigningKey(.p384, id: "p256").token("ES384", claims), .signature),
            ("\(parts[0]).\(encoded(#"{"iss":"x"}"#)).\(parts[2])", .signature),
            (try rsa.token("RS256", claims, header: ["typ": "logout+jwt"]), .type),
            (try rsa.token("RS256", claims, header: ["typ": "at+JWT"]), nil),
            (try rsa.token("RS256", claims, raw: ["crit": #"["b64"]"#]), .type),
            (right + String(repeating: "A", count: 20_000), .tooLarge),
        ]
        let claimed: [(String, Any, TokenRefusal?)] = [
            ("iss", "https://other.example", .issuer), ("iss", NSNull(), .issuer), ("iss", issuer.url + "/", .issuer),
            ("aud", "other", .audience), ("aud", NSNull(), .audience), ("aud", ["a", "b"], .audience),
            ("aud", [7], .audience), ("aud", ["a", "shoal"], nil), ("exp", NSNull(), .unlimited),
            ("exp", "9999999999", .unlimited), ("exp", now - 70, .expired), ("exp", now - 30, nil),
            ("nbf", now + 70, .notYetValid), ("nbf", now + 30, nil), ("nbf", "soon", .notYetValid),
            ("sub", NSNull(), .subject), ("sub", "", .subject), ("sub", "a\nb", .subject), ("sub", 7, .subject),
            ("sub", String(repeating: "a", count: 256), .subject), ("sub", String(repeating: "a", count: 255), nil),
        ]
        for (name, value, expected) in claimed {
            cases.append((try rsa.token("RS256", issuer.claims(more: [name: value])), expected))
        }
        for (token, expected) in cases {
            #expect(
                try await refusal(login, token, at: Date(timeIntervalSince1970: now)) == expected,
                "\(token.prefix(400))")
        }
        // Neither a refused token nor one that has expired since is remembered.
        #expect(login.rememberedTokens == cases.count { $0.1 == nil })
        #expect(throws: TokenRefusal.expired) {
            try login.bearer(right, digest: right, at: Date(timeIntervalSinceNow: 700))
        }
        for (token, _) in cases where token.count > 10 { #expect(!lines.text.contains(token.suffix(12))) }
        #expect(Set(TokenRefusal.allCases.map(\.detail)).count == TokenRefusal.allCases.count)
    }

    @Test("texts that only look alike are not equal")
    func alike() async throws {
        // The sign of a unit is equal to the letter in its normal form.
        let login = try login {
            $0.oidcAudience = "K"
            $0.oidcRoles = "K=viewer"
        }
        for (audience, role, expected) in [
            ("K", "K", [.viewer]), ("K", "\u{212A}", []), ("\u{212A}", "K", nil),
        ] as [(String, String, Set<AccessTokens.Role>?)] {
            let token = try rsa.token("RS256", issuer.claims(roles: [role], more: ["aud": audience]))
            let roles = try await onThread { try? login.bearer(token, digest: token).roles }
            #expect(roles == expected, "\(audience) \(role)")
        }
    }

    @Test("a claim, which may be in another one, gives roles")
    func roles() async throws {
        let claims: [String: Any] = [
            "roles": ["viewer", "king", 7], "scope": "openid analyst viewer",
            "realm_access": ["roles": ["ops", "x=y"]],
            "https://a.example/roles": "privacy-officer",
        ]
        let token = try rsa.token("RS256", issuer.claims(more: claims))
        for (path, mapping, expected) in [
            ("roles", nil, [.viewer]), ("scope", nil, [.analyst, .viewer]), ("realm_access.roles", nil, []),
            ("realm_access.roles", "ops=operator, ops=viewer,x=y=analyst", [.operator, .viewer, .analyst]),
            ("https://a.example/roles", nil, [.privacyOfficer]), ("realm_access", nil, []), ("sub.x", nil, []),
            ("roles.x", nil, []), ("roles", "king=privacy-officer", [.privacyOfficer]),
        ] as [(String, String?, Set<AccessTokens.Role>)] {
            let login = try login {
                $0.oidcRolesClaim = path
                $0.oidcRoles = mapping
            }
            let bearer = try await onThread { try login.bearer(token, digest: token) }
            #expect(bearer.roles == expected, "\(path) \(mapping ?? "")")
            #expect(bearer.name == "\(issuer.url) anna")
        }
    }

    @Test("a new key is fetched when a token names it, at a bounded rate, and a withdrawn one ends its tokens")
    func rotation() async throws {
        let login = try login(pace: .milliseconds(50), age: .seconds(600))
        let next = SigningKey(.p256, id: "next")
        let (first, second) = (try rsa.token("RS256", issuer.claims()), try next.token("ES256", issuer.claims("ben")))
        #expect(try await refusal(login, first) == nil)
        #expect(try await refusal(login, second) == .signature)
        try issuer.publish([next.members])
        let end = ContinuousClock.now + patience
        while try await refusal(login, second) != nil, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try await refusal(login, second) == nil)
        #expect(try await refusal(login, first) == .signature)
        #expect(login.rememberedTokens == 1)
        #expect(lines.text.contains("keys of the issuer fetched"))

        let slow = try self.login(pace: .seconds(600))
        let before = issuer.requests
        for _ in 0..<20 { #expect(try await refusal(slow, first) == .signature) }
        #expect(issuer.requests == before + 2)
    }

    @Test("an issuer that does not answer keeps its keys, and one that never did admits nobody")
    func down() async throws {
        issuer.isDown(true)
        let login = try login(pace: .milliseconds(20), age: .milliseconds(20))
        let token = try rsa.token("RS256", issuer.claims())
        #expect(try await refusal(login, token) == .unavailable)
        #expect(lines.text.contains("status 503") && !lines.text.contains(token.suffix(12)))
        issuer.isDown(false)
        let end = ContinuousClock.now + patience
        while try await refusal(login, token) != nil, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(10))
        }
        await issuer.stop()
        for number in 0..<20 {
            let next = try rsa.token("RS256", issuer.claims("\(number)"))
            #expect(try await refusal(login, next) == nil)
            try await Task.sleep(for: .milliseconds(5))
        }
        let bearer = try await onThread { try login.bearer(token, digest: token) }
        let validity = try #require(bearer.validity)
        #expect(login.isValid(validity) && !login.isValid(validity, at: Date(timeIntervalSinceNow: 700)))
    }

    @Test("a description or keys that cannot be used are told in the log, and nobody is admitted")
    func descriptions() async throws {
        let token = try rsa.token("RS256", issuer.claims())
        for (text, reason) in [
            ("{}", "another issuer"), ("no", "is not JSON"), (#"{"issuer":"\#(issuer.url)"}"#, "no jwks_uri"),
            (#"{"issuer":"\#(issuer.url)","jwks_uri":"http://a.example/keys"}"#, "no jwks_uri"),
            (#"{"issuer":"\#(issuer.url)","jwks_uri":"file:///etc/passwd"}"#, "no jwks_uri"),
            (#"{"issuer":"\#(issuer.url)/","jwks_uri":"\#(issuer.url)/keys"}"#, "another issuer"),
            (#"{"issuer":"\#(issuer.url)","jwks_uri":"\#(issuer.url)/none"}"#, "status 404"),
            ("\"" + String(repeating: "x", count: 600_000) + "\"", "bytes"),
        ] {
            issuer.describe(text)
            #expect(try await refusal(try login(), token) == .unavailable, "\(text.prefix(100))")
            #expect(lines.all.withLock { $0.last }?.contains(reason) == true, "\(reason): \(lines.text)")
        }
        issuer.describe(nil)
        let short = SigningKey(.rsa(bits: 1_024), id: "short").members
        for keys in [
            [], [short], [["kty": "oct", "k": "AAAA", "kid": "rsa"]], [["kty": "RSA"]],
            [["kty": "RSA", "n": "", "e": ""]],
            [["kty": "EC", "crv": "P-256", "x": "", "y": ""]], [["kty": "EC", "crv": "P-9", "x": "AA", "y": "AA"]],
            [["kty": 7]],
            [rsa.members.merging(["use": "enc"]) { $1 }], [rsa.members.merging(["key_ops": ["sign"]]) { $1 }],
            [curves["ES256"]?.members.merging(["x": "AAAA"]) { $1 } ?? [:]], Array(repeating: rsa.members, count: 101),
        ] as [[[String: Any]]] {
            try issuer.publish(keys)
            #expect(try await refusal(try login(), token) == .unavailable, "\(keys.first ?? [:])")
            #expect(lines.all.withLock { $0.last }?.contains("no key that can verify") == true)
        }
        for (members, expected) in [
            (["use": "sig"], nil), (["key_ops": ["verify"]], nil), (["alg": "RS512"], .signature),
            (["alg": "RS256"], nil),
        ] as [([String: Any], TokenRefusal?)] {
            try issuer.publish([short, rsa.members.merging(members) { $1 }])
            #expect(try await refusal(try login(), token) == expected, "\(members)")
        }
        // A token without an id of a key is accepted if there is no choice.
        let plain = try rsa.token("RS256", issuer.claims(), header: ["kid": ""])
        try issuer.publish([rsa.members, SigningKey(.p256, id: "b").members])
        #expect(try await refusal(try login(), plain) == nil)
        try issuer.publish([rsa.members, SigningKey(.rsa(bits: 2_048), id: "b").members])
        #expect(try await refusal(try login(), plain) == .signature)
    }

    @Test("an issuer is known by its certificate")
    func authority() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "oidc-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (certificate, key) = (folder + "/a.pem", folder + "/a.key")
        try run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                "-out", certificate, "-days", "2", "-subj", "/CN=a", "-addext", "subjectAltName=IP:127.0.0.1",
            ])
        var values = SettingValues()
        (values.apiCertificateFile, values.apiKeyFile) = (certificate, key)
        let secured = try FakeIssuer(tls: try HTTPTLS(values))
        try secured.publish([rsa.members])
        let token = try rsa.token("RS256", secured.claims())
        for (file, expected) in [(nil, .unavailable), (certificate, nil)] as [(String?, TokenRefusal?)] {
            let login = try login {
                $0.oidcIssuer = secured.url
                $0.oidcAuthorityFile = file
            }
            #expect(try await refusal(login, token) == expected, "\(lines.text)")
        }
        #expect(lines.text.lowercased().contains("certificate"), "\(lines.text)")
        let named = try FakeIssuer(host: "localhost", tls: try HTTPTLS(values))
        try named.publish([rsa.members])
        let login = try login { ($0.oidcIssuer, $0.oidcAuthorityFile) = (named.url, certificate) }
        #expect(try await refusal(login, try rsa.token("RS256", named.claims())) == .unavailable)
        await named.stop()
        await secured.stop()
    }

    @Test("mistakes in settings are told, all at once")
    func mistakes() throws {
        func problems(_ change: (inout SettingValues) -> Void) -> [String] {
            do throws(OIDCSettings.Invalid) {
                var values = SettingValues()
                change(&values)
                _ = try OIDCSettings(values)
                return []
            } catch {
                return error.problems.map(\.setting)
            }
        }
        #expect(problems { _ in } == [])
        #expect(problems { $0.oidcAudience = "a" } == ["api.oidc.audience"])
        #expect(
            problems { ($0.oidcIssuer, $0.oidcRoles, $0.oidcRolesClaim) = ("http://a.example", "a=king,b", ".") }
                == ["api.oidc.issuer", "api.oidc.audience", "api.oidc.roles-claim", "api.oidc.roles", "api.oidc.roles"])
        #expect(
            problems { ($0.oidcIssuer, $0.oidcAudience, $0.oidcAuthorityFile) = ("https://a.example", "a", "/none") }
                == ["api.oidc.ca-file"])
        #expect(problems { ($0.oidcIssuer, $0.oidcAudience) = ("https://a.example", "a") } == [])
    }

    @Test("a URL of an issuer has https, or names this host")
    func urls() {
        for (text, isLocal) in [
            ("https://a.example", false), ("https://a.example/b/", false), ("https://a.example:8443/b", false),
            ("http://127.0.0.1:80/x", true), ("http://localhost", true), ("http://[::1]:8080", true),
            ("https://127.0.0.1", true), ("http://[::1]", true),
        ] { #expect(IssuerURL(text)?.isLocal == isLocal, "\(text)") }
        for text in [
            "", "https://", "a.example", "http://a.example", "http://127.0.0.1@a.example", "ftp://a.example",
            "https://a.example?x", "https://a.example#x", "https://a b.example", "https://user@a.example",
            "https://ä.example", "http://localhost.a.example", "http://127.0.0.1.a.example", "http://\\127.0.0.1",
            "https://a.example:x", "https://:443", "https://a.example:99999", "HTTPS://a.example", "http://[::1",
            "https://a.example/" + String(repeating: "x", count: 3_000),
        ] { #expect(IssuerURL(text) == nil, "\(text)") }
        for text in ["https://a.example/b", "https://a.example/b/"] {
            #expect(IssuerURL(text)?.discovery?.text == "https://a.example/b/.well-known/openid-configuration")
        }
    }

    @Test("keys are fetched when they are old or one is missing, and never twice in a short time")
    func schedule() {
        let start = ContinuousClock.now
        var schedule = KeySchedule()
        func begins(isMissing: Bool = false, _ seconds: Int) -> Bool {
            schedule.begins(isMissing: isMissing, at: start + .seconds(seconds))
        }
        func ended(isSuccess: Bool, _ seconds: Int) {
            schedule.ended(isSuccess: isSuccess, at: start + .seconds(seconds))
        }
        #expect(begins(0), "none were ever fetched")
        #expect(!begins(isMissing: true, 60), "while they are fetched")
        ended(isSuccess: false, 60)
        #expect(begins(61), "after a failure")
        ended(isSuccess: true, 61)
        #expect(!begins(isMissing: true, 70) && !begins(900))
        #expect(begins(isMissing: true, 71))
        ended(isSuccess: false, 72)
        #expect(!begins(960))
        #expect(begins(961), "15 minutes after the last success")
    }
}
