import ShoalClustering
import ShoalOperations
import ShoalPipeline
import ShoalReplay
import ShoalSchemas

/// The routes of the API and of the page. `schemas/openapi.yaml` describes them.
struct ClusterAPI: Sendable {
    let clusters: LiveClusters
    /// The readiness checks of the instance.
    let readiness: @Sendable () -> [Health.Check]
    let snapshot: @Sendable () -> PipelineStatistics.Snapshot
    /// Finds members; nil: members cannot be found.
    var members: MemberLookup?
    /// The most streams of events at a time.
    var mostStreams = 100
    private let answers = AnswerCache()

    /// A request that cannot be answered, as RFC 9457 says.
    struct Problem: Error {
        var status: Int
        var detail: String
        /// The same path of another instance, which can answer it.
        var location: String?
    }

    var routes: [HTTPRoute] {
        [
            HTTPRoute("/", "the page; ?at=TIME, ?since=, ?topic=", roles: [.viewer]) { withSections(page($0), $0) },
            HTTPRoute("/state", "the state of this instance, as a section of the page", roles: [.operator]) { _ in
                Self.page(LivePage.stateSection(InstanceStatus(self).facts))
            },
            .script("/live.js", "its script", LiveScript.text),
            json("/v1/clusters", "the published clusters; ?at=TIME those of that time; ?topic= those with such a topic")
            {
                request, moment in
                let row = try row(request, moment)
                return ClusterViews.List(moment.report(through: row.version), row, try search(request))
            },
            json("/v1/clusters/{id}", "one of them, with its sizes over time; ?at=TIME") { request, moment in
                let row = try row(request, moment)
                let report = moment.report(through: row.version)
                return ClusterViews.Detail(report, row, of: try cluster(request, report))
            },
            json("/v1/clusters/{id}/lineage", "what it came from, and what became of it; ?at=TIME") { request, moment in
                let report = moment.report(through: try row(request, moment).version)
                return ClusterViews.Lineage(report, of: try cluster(request, report))
            },
            json("/v1/flows", "what became of clusters between two times; ?from=, ?to=") { request, moment in
                let rows = [try row(request, moment, "from"), try row(request, moment, "to")].sorted {
                    $0.time < $1.time
                }
                let report = moment.report(through: rows[1].version)
                return ClusterViews.Flows(ClusterFlows(report, from: rows[0], to: rows[1]), report)
            },
            json("/v1/models", "the models, the newest first; ?limit=, ?before=") { request, moment in
                try models(request, moment.report)
            },
            json("/v1/models/{version}", "the clusters after a model") { request, moment in
                let version = try number(request.parameters["version"], "a model's version")
                guard let row = moment.report.rows.first(where: { $0.version == version }) else {
                    throw Problem(
                        status: 404, detail: "no model has the version \(version), or it is not kept any more")
                }
                return ClusterViews.List(moment.report(through: version), row)
            },
            changes,
            HTTPRoute("/v1/status", "the state of this instance", roles: [.operator]) { _ in
                Self.response(InstanceStatus(self))
            },
            HTTPRoute(
                "/v1/members:lookup", "where a viewer is; a reason is required", method: .post, roles: [.analyst]
            ) { request in answer { () throws(Problem) in try self.lookup.find(request) } },
            HTTPRoute("/v1/audit", "the last lines of the audit log; ?limit=", roles: [.privacyOfficer]) { request in
                answer { () throws(Problem) in
                    let limit = try request.query["limit"].map { text throws(Problem) in try number(text, "limit") }
                    return try lookup.audit(limit ?? 100)
                }
            },
        ]
    }

    /// The changes of clusters, as a list or as events.
    private var changes: HTTPRoute {
        var route = json(
            "/v1/changes", "what became of clusters; ?after=MODEL, ?kind=, ?cluster=; or as server-sent events"
        ) { request, moment in
            let filter = try filter(request)
            let changes = moment.report.changes(after: try position(request) ?? .init(.min)).map(\.change)
            return ClusterViews.Changes(
                changes: changes.filter(filter.takes).map(ClusterViews.Change.init), through: moment.version)
        }
        route.answer = { [answer = route.answer] request in
            var response = answer(request)
            response.headers["Vary"] = "Accept, Last-Event-ID"
            return response
        }
        route.events = { request in
            guard let moment = clusters.moment else { return .response(Self.response(Self.noModel)) }
            do throws(Problem) {
                let start = try position(request) ?? .init(moment.version)
                var events = HTTPEvents(ChangeFeed(clusters, after: start, try filter(request)))
                // A proxy that collects the answer would hold the events back.
                events.headers = HTTPResponse.protection.merging(["X-Accel-Buffering": "no"]) { $1 }
                return .events(events)
            } catch {
                return .response(Self.response(error))
            }
        }
        return route
    }

    /// The position that a request names; nil if it names none.
    private func position(_ request: HTTPRequest) throws(Problem) -> ChangeFeed.Position? {
        let after = try request.query["after"].map { text throws(Problem) in try number(text, "after") }
        guard let text = request.lastEvent, !text.isEmpty else { return after.map(ChangeFeed.Position.init) }
        guard let position = ChangeFeed.Position(text) else {
            throw Problem(status: 400, detail: "Last-Event-ID must be the id of an event")
        }
        return position
    }

    private func filter(_ request: HTTPRequest) throws(Problem) -> ChangeFeedFilter {
        var filter = ChangeFeedFilter()
        if let text = request.query["kind"] {
            let kinds = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard kinds.allSatisfy(ChangeFeedFilter.kinds.contains) else {
                let known = ChangeFeedFilter.kinds.joined(separator: ", ")
                throw Problem(status: 400, detail: "kind must be one of \(known), or several with commas between them")
            }
            filter.kinds = Set(kinds)
        }
        if let text = request.query["cluster"] {
            guard let id = Int64(text), id > 0 else {
                throw Problem(status: 400, detail: "cluster must be the number of a cluster")
            }
            filter.cluster = id
        }
        return filter
    }

    private var lookup: MemberLookup {
        get throws(Problem) {
            guard let members else { throw Problem(status: 403, detail: "this application answers it to nobody") }
            return members
        }
    }

    private func answer(_ body: () throws(Problem) -> any Encodable) -> HTTPResponse {
        do {
            return Self.response(try body())
        } catch {
            return Self.response(error)
        }
    }

    /// The service of these routes for those whom `access` admits.
    func service(_ access: APIAccess, _ statistics: APIStatistics, _ logger: Logger) -> HTTPService {
        var service = HTTPService(routes: routes)
        service.refuse = { access.refusal(&$0, $1) }
        service.isPermitted = { access.admits($0, $1) }
        service.mostStreams = mostStreams
        service.observe = { request in
            statistics.take(request)
            // The path and its arguments may name what a person looks for, so the route stands for them.
            logger.log(
                .debug, "request",
                [
                    ("method", request.method), ("route", request.path ?? "unknown"), ("status", "\(request.status)"),
                    ("microseconds", "\(Int64(request.duration / .microseconds(1)))"),
                ])
        }
        service.problem = { Self.response(Problem(status: $0, detail: $1)) }
        return service
    }

    private func page(_ request: HTTPRequest) -> HTTPResponse {
        var request = request
        // A form sends fields that are empty, too.
        request.query = request.query.filter { ["at", "since", "topic"].contains($0.key) && !$0.value.isEmpty }
        guard !request.query.isEmpty, let moment = clusters.moment else { return Self.page(clusters.page) }
        return answers.answer(to: request, at: moment.version, moment.labelTag) {
            do throws(Problem) {
                // The oldest model stands for those that are not kept any more.
                let row = try row(request, moment, orOldest: true)
                let since = try request.query["since"].map { _ throws(Problem) in
                    try self.row(request, moment, "since", orOldest: true)
                }
                _ = try search(request)
                let topic = request.query["topic"] ?? ""
                return Self.page(clusters.page(moment, at: row.version, since: since, topic: topic))
            } catch {
                return Self.response(error)
            }
        }
    }

    private static func page(_ text: String) -> HTTPResponse {
        var response = HTTPResponse(text, contentType: "text/html; charset=utf-8").secured
        response.headers["Content-Security-Policy"] = """
            default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; \
            form-action 'self'; frame-ancestors 'none'
            """
        return response
    }

    /// Adds the sections that this person may see.
    private func withSections(_ page: HTTPResponse, _ request: HTTPRequest) -> HTTPResponse {
        guard page.status == 200 else { return page }
        var page = page
        var sections: [String] = []
        // Without a file of tokens, everybody on the host is admitted, and members are found by nobody.
        if request.bearer?.roles.contains(.analyst) == true { sections.append(LivePage.lookupSection) }
        if request.bearer?.roles.contains(.operator) ?? true {
            sections.append(LivePage.stateSection(InstanceStatus(self).facts))
        }
        page.body = LivePage.page(page.body, with: sections)
        return page
    }

    /// A route that encodes what `body` returns. Equal versions of the last model have equal answers.
    private func json(
        _ path: String, _ summary: String,
        _ body: @escaping @Sendable (HTTPRequest, LiveClusters.Moment) throws -> any Encodable
    ) -> HTTPRoute {
        HTTPRoute(path, summary, roles: [.viewer]) { request in
            guard let moment = clusters.moment else {
                return Self.response(Self.noModel)
            }
            return answers.answer(to: request, at: moment.version, moment.labelTag) {
                do {
                    var response = Self.response(try body(request, moment))
                    response.headers["ETag"] = "\"\(moment.version)-\(Program.version)\(moment.labelTag)\""
                    response.headers["Cache-Control"] = "private, no-cache"
                    return response
                } catch {
                    return Self.response(error as? Problem ?? Problem(status: 500, detail: "cannot be encoded"))
                }
            }
        }
    }

    // MARK: - Arguments

    private func number(_ text: String?, _ name: String) throws(Problem) -> Int64 {
        guard let text, let number = Int64(text) else {
            throw Problem(status: 400, detail: "\(name) must be a whole number")
        }
        return number
    }

    /// A suppressed cluster is as unknown as one that never was.
    private func cluster(
        _ request: HTTPRequest, _ report: ReplayReport
    ) throws(Problem) -> ReplayReport.Cluster {
        let id = try number(request.parameters["id"], "a cluster's id")
        guard let cluster = report.clusters.first(where: { Int64($0.id) == id }) else {
            throw Problem(status: 404, detail: "there is no published cluster \(id)")
        }
        return cluster
    }

    /// The last row, or that of an argument with a time.
    /// - Parameter orOldest: Whether the oldest row stands for those before it.
    private func row(
        _ request: HTTPRequest, _ moment: LiveClusters.Moment, _ name: String = "at", orOldest: Bool = false
    ) throws(Problem) -> ReplayReport.Row {
        let rows = moment.report.rows
        guard let text = request.query[name] else {
            guard let last = rows.last else { throw Self.noModel }
            return last
        }
        let number = Int64(text).flatMap { (0...TimeRange.latest).contains($0) ? $0 : nil }
        guard let time = number ?? TimeText.date(text) else {
            throw Problem(
                status: 400, detail: "\(name) must be a time such as 2026-11-24T10:00:00Z, or milliseconds since 1970")
        }
        guard let row = rows.last(where: { $0.time <= time }) ?? (orOldest ? rows.first : nil) else {
            throw Problem(status: 404, detail: "no model that is kept is that old")
        }
        return row
    }

    /// The longest text that is looked for, in Unicode scalars.
    private static let longestSearch = 256

    private func search(_ request: HTTPRequest) throws(Problem) -> TopicSearch? {
        guard let text = request.query["topic"] else { return nil }
        guard (1...Self.longestSearch).contains(text.unicodeScalars.count) else {
            throw Problem(status: 400, detail: "topic must have 1 to \(Self.longestSearch) characters")
        }
        return TopicSearch(text)
    }

    private func models(_ request: HTTPRequest, _ report: ReplayReport) throws(Problem) -> ClusterViews.Models {
        let limit = try request.query["limit"].map { text throws(Problem) in try number(text, "limit") } ?? 100
        guard (1...1_000).contains(limit) else { throw Problem(status: 400, detail: "limit must be 1 to 1000") }
        let before = try request.query["before"].map { text throws(Problem) in try number(text, "before") } ?? .max
        let rows = report.rows.filter { $0.version < before }
        let page = rows.suffix(Int(limit))
        let next = page.first.flatMap {
            page.count < rows.count ? "/v1/models?limit=\(limit)&before=\($0.version)" : nil
        }
        return ClusterViews.Models(models: page.reversed().map(ClusterViews.Model.init), next: next)
    }

    // MARK: - Responses

    static func response(_ value: any Encodable) -> HTTPResponse {
        guard let text = try? JSONText.line(value) else {
            return response(Problem(status: 500, detail: "cannot be encoded"))
        }
        return HTTPResponse(text, contentType: HTTPResponse.json).secured
    }

    private static let noModel = Problem(status: 503, detail: "no model has been read yet")

    private struct ProblemBody: Encodable {
        var title: String
        var status: Int
        var detail: String
    }

    static func response(_ problem: Problem) -> HTTPResponse {
        let title =
            switch problem.status {
            case 307: "Temporary Redirect"
            case 400: "Bad Request"
            case 401: "Unauthorized"
            case 403: "Forbidden"
            case 404: "Not Found"
            case 405: "Method Not Allowed"
            case 409: "Conflict"
            case 413: "Content Too Large"
            case 429: "Too Many Requests"
            case 503: "Service Unavailable"
            default: "Internal Server Error"
            }
        let body = try? JSONText.line(ProblemBody(title: title, status: problem.status, detail: problem.detail))
        var response = HTTPResponse(
            body ?? "{}\n", status: problem.status, contentType: "application/problem+json"
        ).secured
        response.headers["Location"] = problem.location
        return response
    }
}

extension HTTPRoute {
    /// A script of a page.
    static func script(_ path: String, _ summary: String, _ text: String) -> HTTPRoute {
        HTTPRoute(path, summary) { _ in
            HTTPResponse(text, contentType: "text/javascript; charset=utf-8").secured
        }
    }
}

extension HTTPResponse {
    /// The same with headers that keep browsers from doing more than showing it.
    var secured: HTTPResponse {
        var response = self
        response.headers.merge(Self.protection) { own, _ in own }
        return response
    }

    static let protection = [
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
    ]
}
