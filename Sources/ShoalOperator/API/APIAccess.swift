import Foundation
import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings
import Synchronization

/// Decides who may use the API.
final class APIAccess: Sendable {
    private struct State {
        var tokens: AccessTokens?
        var identity: [Int]?
        var requests: RequestRate
        var failures = RequestRate(1, burst: 10)
    }

    private let file: String?
    private let oidc: OIDCLogin?
    private let logger: Logger
    private let limit = RateLimit(.seconds(10))
    private let statistics: APIStatistics
    private let state: Mutex<State>

    /// - Parameters:
    ///   - file: `api.access-file`; nil without `oidc`: everybody on this host may use the API.
    ///   - oidc: admits the bearers of an issuer's tokens.
    ///   - rate: `api.request-limit`.
    init(_ file: String?, oidc: OIDCLogin? = nil, rate: Int, _ statistics: APIStatistics, _ logger: Logger) {
        self.file = file
        self.oidc = oidc
        self.statistics = statistics
        self.logger = logger
        state = Mutex(State(requests: RequestRate(rate, burst: 2 * rate)))
    }

    /// Returns the refusal of a request; nil admits it. A token that is not known is answered late.
    /// - Parameters:
    ///   - request: learns who asks.
    ///   - route: nil if there is none.
    func refusal(_ request: inout HTTPRequest, _ route: HTTPRoute?) -> HTTPResponse? {
        let tokens = tokens
        guard tokens != nil || oidc != nil else {
            // A page of another site may have its name resolved to this host.
            guard let host = request.host, !Self.isLocal(host) else { return tooMany(from: request.client) }
            return ClusterAPI.response(
                .init(status: 403, detail: "without api.access-file, the host must be 127.0.0.1 or localhost"))
        }
        if request.authorization == nil, let subject = request.subject, let tokens {
            guard let bearer = tokens.bearer(subject: subject) else {
                statistics.refusedLogin()
                if let refusal = tooMany(from: request.client) { return refusal }
                return challenge("api.access-file has no line for the subject of the certificate")
            }
            request.bearer = bearer
            return tooMany(from: subject) ?? refusal(of: bearer, route)
        }
        guard let token = request.authorization.flatMap(Self.token) else {
            if let refusal = tooMany(from: request.client) { return refusal }
            return challenge("a token is required: Authorization: Bearer TOKEN, or the token as a password")
        }
        let digest = Self.digest(of: token)
        if let bearer = tokens?.bearer(digest: digest) {
            request.bearer = bearer
            return tooMany(from: digest) ?? refusal(of: bearer, route)
        }
        guard let oidc, tokens == nil || token.contains(".") else {
            return refusal(of: request, route, "the API refused an unknown token", [], "the token is not known")
        }
        do throws(TokenRefusal) {
            let bearer = try oidc.bearer(token, digest: digest)
            request.bearer = bearer
            // A person may have a new token for each request.
            return tooMany(from: bearer.name) ?? refusal(of: bearer, route)
        } catch .unavailable {
            if let refusal = tooMany(from: request.client) { return refusal }
            var response = ClusterAPI.response(.init(status: 503, detail: TokenRefusal.unavailable.detail))
            response.headers["Retry-After"] = "10"
            return response
        } catch {
            let reason = [("reason", error.rawValue)]
            var response = refusal(of: request, route, "the API refused a token of an issuer", reason, error.detail)
            if response.status == 401, request.authorization?.lowercased().hasPrefix("bearer ") == true {
                // RFC 6750, section 3.
                response.headers["WWW-Authenticate"] = "Bearer realm=\"shoal\", error=\"invalid_token\""
            }
            return response
        }
    }

    /// Logs and counts a log-in that failed, and delays its refusal.
    private func refusal(
        of request: HTTPRequest, _ route: HTTPRoute?, _ message: String, _ fields: [(String, String)], _ detail: String
    ) -> HTTPResponse {
        statistics.refusedLogin()
        if let held = limit.pass(message) {
            let more = fields + (held > 0 ? [("held_back", "\(held)")] : [])
            logger.log(.warning, message, [("path", route?.path ?? "unknown")] + more)
        }
        // Who tries many is refused at once, so that few threads wait.
        let wait = state.withLock { $0.failures.take(request.client ?? "") }
        if let wait { return refusal(wait, "too many unknown tokens come from this address") }
        Thread.sleep(forTimeInterval: 1)
        return challenge(detail)
    }

    private func refusal(of bearer: AccessTokens.Bearer, _ route: HTTPRoute?) -> HTTPResponse? {
        guard let route, !Self.permits(bearer, route) else { return nil }
        let needed = route.roles.map(\.rawValue).sorted().joined(separator: " or ")
        return ClusterAPI.response(.init(status: 403, detail: "this requires the role \(needed)"))
    }

    /// Returns whether a request that was admitted would be admitted now.
    func admits(_ request: HTTPRequest, _ route: HTTPRoute) -> Bool {
        let tokens = tokens
        guard tokens != nil || oidc != nil else { return true }
        if let bearer = request.bearer, let validity = bearer.validity {
            return oidc?.isValid(validity) == true && Self.permits(bearer, route)
        }
        guard let tokens else { return false }
        let bearer =
            if request.authorization == nil {
                request.subject.flatMap(tokens.bearer(subject:))
            } else {
                request.authorization.flatMap(Self.token).flatMap { tokens.bearer(digest: Self.digest(of: $0)) }
            }
        return bearer.map { Self.permits($0, route) } ?? false
    }

    /// Counts a request, and returns its refusal if the client makes too many.
    private func tooMany(from client: String?) -> HTTPResponse? {
        guard let wait = state.withLock({ $0.requests.take(client ?? "") }) else { return nil }
        return refusal(wait, "more requests than permitted (api.request-limit)")
    }

    private func refusal(_ wait: Duration, _ detail: String) -> HTTPResponse {
        statistics.limited()
        var response = ClusterAPI.response(.init(status: 429, detail: detail))
        response.headers["Retry-After"] = "\(wait.components.seconds + 1)"
        return response
    }

    private static func permits(_ bearer: AccessTokens.Bearer, _ route: HTTPRoute) -> Bool {
        route.roles.isEmpty || !bearer.roles.isDisjoint(with: route.roles)
    }

    private static func digest(of token: String) -> String { Hex.text(SHA256Digest.of(Array(token.utf8).span)) }

    /// The tokens as the file has them now. A file that has become invalid or is gone changes nothing.
    private var tokens: AccessTokens? {
        guard let file else { return nil }
        let identity = Self.identity(of: file)
        return state.withLock { state in
            guard state.tokens == nil || (identity != nil && identity != state.identity) else { return state.tokens }
            state.identity = identity
            if let text = try? String(contentsOfFile: file, encoding: .utf8), let tokens = try? AccessTokens(text) {
                state.tokens = tokens
            } else {
                logger.log(.error, "api.access-file is not valid: `shoal config check` tells why", [("file", file)])
            }
            // Nobody is admitted as long as it has never been valid.
            if state.tokens == nil { state.tokens = try? AccessTokens("") }
            return state.tokens
        }
    }

    /// Returns what changes with a file's content: its number, size and time. Follows links, as those of a mounted Secret.
    private static func identity(of path: String) -> [Int]? {
        var status = stat()
        // Safe: the path and the status outlive the call.
        guard unsafe stat(path, &status) == 0 else { return nil }
        return [
            Int(truncatingIfNeeded: status.st_ino), status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
        ]
    }

    private func challenge(_ detail: String) -> HTTPResponse {
        var response = ClusterAPI.response(.init(status: 401, detail: detail))
        // Browsers ask for a password, which is the token.
        response.headers["WWW-Authenticate"] = "Basic realm=\"shoal\", charset=\"UTF-8\""
        return response
    }

    /// Returns the token of an `Authorization` header.
    static func token(_ header: String) -> String? {
        let words = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return nil }
        switch words[0].lowercased() {
        case "bearer": return words[1]
        case "basic":
            guard let data = Data(base64Encoded: words[1]), let text = String(data: data, encoding: .utf8),
                let colon = text.firstIndex(of: ":")
            else { return nil }
            return String(text[text.index(after: colon)...])
        default: return nil
        }
    }

    private static func isLocal(_ host: String) -> Bool {
        let name = host.hasSuffix("]") || !host.contains(":") ? host + ":0" : host
        return ListenAddress(name)?.isLoopback ?? false
    }
}
