import Synchronization

/// What somebody asks for: a `GET`, or a `HEAD`, which is answered without the body.
public struct HTTPRequest: Equatable, Sendable {
    public var path: String
    /// The arguments behind `?`, decoded; one without `=` is empty.
    public var query: [String: String]

    public init(path: String, query: [String: String] = [:]) {
        self.path = path
        self.query = query
    }
}

public struct HTTPResponse: Equatable, Sendable {
    public var status: Int
    public var contentType: String
    public var body: String

    public init(_ body: String, status: Int = 200, contentType: String = HTTPResponse.text) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    public static let text = "text/plain; charset=utf-8"
    public static let json = "application/json"
}

/// A path that a server knows.
public struct HTTPRoute: Sendable {
    public var path: String
    /// One line for those who ask for a path that does not exist.
    public var summary: String
    /// Called on the thread of a connection, several at a time.
    public var answer: @Sendable (HTTPRequest) -> HTTPResponse

    public init(_ path: String, _ summary: String, answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        self.path = path
        self.summary = summary
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

/// Which route answers what.
struct HTTPRouter: Sendable {
    let routes: [HTTPRoute]

    /// - Returns: the answer; `allow`: the methods that would have been right, where this one is not.
    func answer(
        method: String, path: String, _ request: @autoclosure () -> HTTPRequest
    ) -> (HTTPResponse, allow: String?) {
        guard let route = routes.first(where: { $0.path == path }) else {
            let list = routes.map { "  \($0.path)\($0.summary.isEmpty ? "" : "  ")\($0.summary)\n" }.joined()
            return (HTTPResponse("not found; there are:\n\(list)", status: 404), nil)
        }
        guard method == "GET" || method == "HEAD" else {
            return (HTTPResponse("\(route.path) takes GET and HEAD\n", status: 405), "GET, HEAD")
        }
        return (route.answer(request()), nil)
    }
}
