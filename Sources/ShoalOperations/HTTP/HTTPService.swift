/// What a server answers: its routes, who may use them, and the form of errors.
public struct HTTPService: Sendable {
    public enum Answer: Sendable {
        case response(HTTPResponse)
        /// The connection stays open.
        case events(HTTPEvents)
    }

    /// A request that was answered. It has nothing of the request but its method.
    public struct Observation: Sendable {
        public var method: String
        /// The path of the route; nil if there is none.
        public var path: String?
        public var status: Int
        /// The time from the whole request to its answer, without sending it.
        public var duration: Duration

        package init(method: String, path: String?, status: Int, duration: Duration) {
            (self.method, self.path, self.status, self.duration) = (method, path, status, duration)
        }
    }

    public var routes: [HTTPRoute]
    /// Returns the refusal of a request; nil admits it, and may say who asks. The route is nil if there is none. Called on the
    /// thread of the connection, which it may delay.
    public var refuse: @Sendable (inout HTTPRequest, HTTPRoute?) -> HTTPResponse? = { _, _ in nil }
    /// Whether a request that was admitted would still be admitted now. Must not block.
    public var isPermitted: @Sendable (HTTPRequest, HTTPRoute) -> Bool = { _, _ in true }
    /// Called with each request that was answered.
    public var observe: @Sendable (Observation) -> Void = { _ in }
    /// The most streams of events at a time.
    public var mostStreams = 0
    /// Makes the response for a status that is an error, from its explanation.
    public var problem: @Sendable (Int, String) -> HTTPResponse = { HTTPResponse("\($1)\n", status: $0) }

    public init(routes: [HTTPRoute]) {
        self.routes = routes
    }

    /// Answers a request, and observes it.
    /// - Parameter enter: Reserves a place for a stream; false if there is none.
    func answer(method: String, _ request: HTTPRequest, enter: () -> Bool) -> Answer {
        let start = ContinuousClock.now
        let found = routes.lazy.compactMap { route in
            Self.parameters(route.path, request.path).map { (route, $0) }
        }.first
        var answer = answer(method: method, request, found)
        if case .events = answer, !enter() {
            var response = problem(503, "too many streams are open: try again later")
            response.headers["Retry-After"] = "30"
            answer = .response(response)
        }
        let status = if case .response(let response) = answer { response.status } else { 200 }
        observe(Observation(method: method, path: found?.0.path, status: status, duration: .now - start))
        return answer
    }

    private func answer(
        method: String, _ request: HTTPRequest, _ found: (HTTPRoute, parameters: [String: String])?
    ) -> Answer {
        var request = request
        if let refusal = refuse(&request, found?.0) { return .response(refusal) }
        guard let (route, parameters) = found else {
            let list = routes.map { "  \($0.path)\($0.summary.isEmpty ? "" : "  ")\($0.summary)" }
            return .response(problem(404, "not found; available paths:\n" + list.joined(separator: "\n")))
        }
        guard route.method.names.contains(method) else {
            let names = route.method.names
            var response = problem(405, "\(route.path) takes \(names.joined(separator: " and "))")
            response.headers["Allow"] = names.joined(separator: ", ")
            return .response(response)
        }
        guard route.method == .get || !request.isOfOtherPage else {
            return .response(problem(403, "a page of another site must not ask for this"))
        }
        guard request.body.count <= HTTPRequest.largestBody else {
            return .response(problem(413, "a body has at most \(HTTPRequest.largestBody) bytes"))
        }
        request.parameters = parameters
        if let events = route.events, request.acceptsEvents {
            let answer = events(request)
            guard case .events(var events) = answer else { return answer }
            guard method != "HEAD" else { return .response(Self.head(events)) }
            let asked = request
            events.isPermitted = { [isPermitted] in isPermitted(asked, route) }
            return .events(events)
        }
        let response = route.answer(request)
        guard let tag = response.headers["ETag"], tag == request.knownTag, response.status == 200 else {
            return .response(response)
        }
        var unchanged = HTTPResponse("", status: 304)
        unchanged.headers = response.headers
        return .response(unchanged)
    }

    private static func head(_ events: HTTPEvents) -> HTTPResponse {
        var response = HTTPResponse("", contentType: HTTPResponse.events)
        response.headers = events.headers
        return response
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
