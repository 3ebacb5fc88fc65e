import Synchronization

/// A request. A `HEAD` is answered like a `GET`, without a body.
public struct HTTPRequest: Equatable, Sendable {
    /// The largest body that is read, in bytes.
    public static let largestBody = 32 << 10

    public var path: String
    /// The decoded query arguments. One without `=` has an empty value.
    public var query: [String: String]
    /// The parts of the path that a route names, such as `id` of `/v1/clusters/{id}`.
    public var parameters: [String: String] = [:]
    /// The headers `Host`, `Authorization`, `If-None-Match`, `Accept` and `Last-Event-ID`.
    public var host: String?
    public var authorization: String?
    public var knownTag: String?
    public var accepted: String?
    public var lastEvent: String?
    /// The headers `Sec-Fetch-Site` and `Origin`, with which browsers tell which page makes them ask.
    public var site: String?
    public var origin: String?
    /// What stands for the client's address; nil if it is not known. Addresses of IPv6 count by their first half, which one
    /// client has to itself.
    public var client: String?
    /// The subject of the client's certificate (RFC 4514), if it is valid; nil without one.
    public var subject: String?
    /// The body of a `POST`.
    public var body: [UInt8] = []
    /// Who asks, if the service knows.
    public var bearer: AccessTokens.Bearer?

    public init(path: String, query: [String: String] = [:]) {
        self.path = path
        self.query = query
    }

    /// Whether a browser asks for a page of another origin: with the log-in that it keeps, not with that of the page.
    var isOfOtherPage: Bool {
        if let site { return site != "same-origin" && site != "none" }
        guard let origin else { return false }
        return origin.lowercased().split(separator: "/").last.map(String.init) != host?.lowercased()
    }

    /// Whether server-sent events are accepted.
    var acceptsEvents: Bool {
        (accepted ?? "").split(separator: ",").contains { type in
            type.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() == HTTPResponse.events
        }
    }
}

public struct HTTPResponse: Equatable, Sendable {
    public var status: Int
    public var contentType: String { didSet { prepared = nil } }
    public var body: String { didSet { prepared = nil } }
    /// Further headers. `Cache-Control` is `no-store` unless it is one of them.
    public var headers: [String: String] = [:] { didSet { prepared = nil } }
    /// What all copies that did not change share.
    private(set) var prepared: HTTPPreparedResponse?

    public init(_ body: String, status: Int = 200, contentType: String = HTTPResponse.text) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// The same response, prepared once for all who get it.
    public var shared: HTTPResponse {
        var response = self
        response.prepared = HTTPPreparedResponse(self)
        return response
    }

    public static func == (left: HTTPResponse, right: HTTPResponse) -> Bool {
        (left.status, left.contentType, left.body, left.headers)
            == (right.status, right.contentType, right.body, right.headers)
    }

    public static let text = "text/plain; charset=utf-8"
    public static let json = "application/json"
    public static let events = "text/event-stream"
}

/// A path served by a server.
public struct HTTPRoute: Sendable {
    public enum Method: Sendable {
        /// `GET` and `HEAD`.
        case get
        case post

        var names: [String] { self == .get ? ["GET", "HEAD"] : ["POST"] }
    }

    public var method = Method.get
    /// Who may use it; empty: everybody.
    public var roles: Set<AccessTokens.Role> = []
    /// A part such as `{id}` takes any text without a slash.
    public var path: String
    /// A one-line description, shown for unknown paths.
    public var summary: String
    /// Called on the thread of a connection, several at a time.
    public var answer: @Sendable (HTTPRequest) -> HTTPResponse
    /// Returns what a request gets that accepts server-sent events; nil: the same as others.
    public var events: (@Sendable (HTTPRequest) -> HTTPService.Answer)?

    public init(
        _ path: String, _ summary: String, method: Method = .get, roles: Set<AccessTokens.Role> = [],
        answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        self.path = path
        self.summary = summary
        self.method = method
        self.roles = roles
        self.answer = answer
    }

    private final class Cache: Sendable {
        let last = Mutex<(response: HTTPResponse, end: ContinuousClock.Instant)?>(nil)
    }

    /// The same route, whose answer is made at most once in an interval, and is the same for everyone meanwhile. It does not look
    /// at the request's arguments.
    public func cached(for interval: Duration) -> HTTPRoute {
        let cache = Cache()
        return HTTPRoute(path, summary) { [answer] request in
            cache.last.withLock { last in
                if let last, ContinuousClock.now < last.end { return last.response }
                let response = answer(request)
                last = (response, .now + interval)
                return response
            }
        }
    }
}
