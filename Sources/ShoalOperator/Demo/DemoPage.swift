import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// The page of the demo's clusters, on a free port of 127.0.0.1.
final class DemoPage: Sendable {
    private let live: LiveClusters
    private let server: HTTPServer
    private let reading: Task<Void, Never>

    /// - Throws: `ListenError`.
    init(_ options: PipelineOptions, _ instances: DemoInstances) throws(ListenError) {
        let logger = Logger(label: "shoal", level: .error, format: .text)
        let live = LiveClusters(options, logger)
        let statistics = APIStatistics([])
        let access = APIAccess(nil, rate: 100, statistics, logger)
        let api = ClusterAPI(clusters: live, readiness: { [] }, snapshot: { instances.snapshot })
        server = try HTTPServer(
            ListenAddress(host: "127.0.0.1", port: 0), setting: "api.listen", api.service(access, statistics, logger))
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
}
