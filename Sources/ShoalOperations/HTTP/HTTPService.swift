/// What a server answers: its routes, who may use them, and the form of errors.
public struct HTTPService: Sendable {
    public var routes: [HTTPRoute]
    /// Returns the refusal of a request; nil admits it, and may say who asks. The route is nil if there is none. Called on the
    /// thread of the connection, which it may delay.
    public var refuse: @Sendable (inout HTTPRequest, HTTPRoute?) -> HTTPResponse? = { _, _ in nil }
    /// Makes the response for a status that is an error, from its explanation.
    public var problem: @Sendable (Int, String) -> HTTPResponse = { HTTPResponse("\($1)\n", status: $0) }

    public init(routes: [HTTPRoute]) {
        self.routes = routes
    }

    /// - Returns: The answer, and in `allow` the permitted methods if the request's is not one of them.
    func answer(method: String, _ request: HTTPRequest) -> (HTTPResponse, allow: String?) {
        var request = request
        let found = routes.lazy.compactMap { route in
            Self.parameters(route.path, request.path).map { (route, $0) }
        }.first
        if let refusal = refuse(&request, found?.0) { return (refusal, nil) }
        guard let (route, parameters) = found else {
            let list = routes.map { "  \($0.path)\($0.summary.isEmpty ? "" : "  ")\($0.summary)" }
            return (problem(404, "not found; available paths:\n" + list.joined(separator: "\n")), nil)
        }
        guard route.method.names.contains(method) else {
            let names = route.method.names
            return (
                problem(405, "\(route.path) takes \(names.joined(separator: " and "))"), names.joined(separator: ", ")
            )
        }
        guard request.body.count <= HTTPRequest.largestBody else {
            return (problem(413, "a body has at most \(HTTPRequest.largestBody) bytes"), nil)
        }
        request.parameters = parameters
        let response = route.answer(request)
        guard let tag = response.headers["ETag"], tag == request.knownTag, response.status == 200 else {
            return (response, nil)
        }
        var unchanged = HTTPResponse("", status: 304)
        unchanged.headers = response.headers
        return (unchanged, nil)
    }

    /// Returns the parts of a path that a pattern names; nil if the path does not match.
    private static func parameters(_ pattern: String, _ path: String) -> [String: String]? {
        guard pattern.contains("{") else { return pattern == path ? [:] : nil }
        let (wanted, given) = (
            pattern.split(separator: "/", omittingEmptySubsequences: false),
            path.split(separator: "/", omittingEmptySubsequences: false)
        )
        guard wanted.count == given.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, text) in zip(wanted, given) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                guard !text.isEmpty else { return nil }
                parameters[String(part.dropFirst().dropLast())] = String(text)
            } else if part != text {
                return nil
            }
        }
        return parameters
    }
}
