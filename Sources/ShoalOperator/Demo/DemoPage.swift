import ShoalOperations
import ShoalPipeline
import ShoalReplay
import ShoalSchemas
import ShoalSettings

/// The page of the demo's clusters, on a free port of 127.0.0.1. It has buttons that change the demo's stream.
final class DemoPage: Sendable {
    private let live: LiveClusters
    private let server: HTTPServer
    private let reading: Task<Void, Never>

    /// - Throws: `ListenError`.
    init(_ options: PipelineOptions, _ instances: DemoInstances, _ requests: DemoRequests) throws(ListenError) {
        let logger = Logger(label: "shoal", level: .error, format: .text)
        let token = Hex.random(bytes: 16)
        let live = LiveClusters(options, logger, controls: Self.controls(token))
        let statistics = APIStatistics([])
        let access = APIAccess(nil, rate: 100, statistics, logger)
        let api = ClusterAPI(clusters: live, readiness: { [] }, snapshot: { instances.snapshot })
        var service = api.service(access, statistics, logger)
        service.routes += Self.routes(requests, token)
        server = try HTTPServer(ListenAddress(host: "127.0.0.1", port: 0), setting: "api.listen", service)
        live.listen { [weak server] in server?.hasNews() }
        self.live = live
        reading = Task { try? await live.follow() }
    }

    /// Where a browser finds it.
    var address: String { "http://127.0.0.1:\(server.port)" }

    /// Ends the server.
    /// - Returns: The page as it was last.
    func end() async -> String {
        reading.cancel()
        await server.stop()
        return live.savedPage
    }

    // MARK: - Buttons

    private static let (taste, erasure) = ("/demo/taste", "/demo/erasure")

    private static func controls(_ token: String) -> PageControls {
        PageControls(
            title: "Try it",
            lead: "The demo publishes what you ask for to its input topic. A new cluster takes some epochs to appear.",
            [.init(taste, "A new taste appears"), .init(erasure, "Erase a viewer")],
            script: DemoScript.path, token: token)
    }

    private struct Told: Encodable {
        var text: String
    }

    /// - Parameter token: what a press sends along. A page of another site cannot read it, and so cannot press.
    private static func routes(_ requests: DemoRequests, _ token: String) -> [HTTPRoute] {
        func press(_ path: String, _ body: @escaping @Sendable () throws(DemoRequests.Refused) -> String) -> HTTPRoute {
            HTTPRoute(path, "a button of the demo", method: .post) { request in
                guard request.body == Array(token.utf8) else {
                    return ClusterAPI.response(.init(status: 403, detail: "the body must be the token of the page"))
                }
                do throws(DemoRequests.Refused) {
                    return ClusterAPI.response(Told(text: try body()))
                } catch {
                    return ClusterAPI.response(.init(status: 409, detail: error.reason))
                }
            }
        }
        return [
            .script(DemoScript.path, "the script of the demo's buttons", DemoScript.text),
            press(taste) { () throws(DemoRequests.Refused) in
                let theme = try requests.addTaste()
                return "New viewers arrive who watch \(theme.words)."
            },
            press(erasure) { () throws(DemoRequests.Refused) in
                try requests.addErasure()
                return "One viewer is erased, by a record without a value."
            },
        ]
    }
}
