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
    /// Called on the server's one thread: it is to answer from what is at hand, and to wait for nothing.
    public var answer: @Sendable (HTTPRequest) -> HTTPResponse

    public init(_ path: String, _ summary: String, answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        self.path = path
        self.summary = summary
        self.answer = answer
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
