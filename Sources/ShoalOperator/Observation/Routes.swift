import Foundation
import ShoalClustering
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSchemas

extension Instance {
    /// Returns the HTTP routes of an instance.
    /// - Parameter api: nil without an API.
    func routes(_ options: PipelineOptions, _ api: APIStatistics?) -> [HTTPRoute] {
        let exposition = Exposition(
            statistics: statistics, api: api, group: options.application, topic: options.topics.input,
            settingsRevision: options.settings.revision, epochLength: options.settings.fixed.epochLength)
        return [
            HTTPRoute("/livez", "whether all components make progress; ?verbose lists them") { request in
                Self.answer("livez", self.liveness, request)
            },
            HTTPRoute("/readyz", "whether it is assigned and restored; ?verbose lists the checks") { request in
                Self.answer("readyz", self.readiness, request)
            },
            HTTPRoute("/startupz", "whether the first take-over is complete; ?verbose lists the checks") { request in
                Self.answer("startupz", self.startup, request)
            },
            HTTPRoute("/version", "the versions, as JSON") { _ in
                HTTPResponse(Self.versions, contentType: HTTPResponse.json)
            },
            HTTPRoute("/metrics", "metrics for Prometheus; `shoal metrics docs` explains them") { _ in
                HTTPResponse(exposition.text, contentType: MetricText.contentType)
            }.cached(for: .seconds(1)),
        ]
    }

    /// Answers a probe in the format of Kubernetes' own components.
    private static func answer(_ name: String, _ checks: [Health.Check], _ request: HTTPRequest) -> HTTPResponse {
        let isRight = checks.allSatisfy { $0.problem == nil }
        guard !isRight || request.query["verbose"] != nil else { return HTTPResponse("ok\n") }
        var lines = checks.map { check in
            check.problem.map { "[-]\(check.name) failed: \($0.printable)" } ?? "[+]\(check.name) ok"
        }
        lines.append("\(name) check \(isRight ? "passed" : "failed")")
        return HTTPResponse(lines.joined(separator: "\n") + "\n", status: isRight ? 200 : 503)
    }

    private static var versions: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let versions = [
            "name": "shoal", "version": Program.version, "swift": Program.swiftVersion,
            "librdkafka": ClientConfiguration.libraryVersion,
        ]
        return (try? String(decoding: encoder.encode(versions), as: UTF8.self)).map { $0 + "\n" } ?? "{}\n"
    }
}
