import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// The page and the API of an instance.
struct InstanceAPI: Sendable {
    let clusters: LiveClusters
    let statistics: APIStatistics
    private let address: ListenAddress
    private let configuration: Configuration
    private let members: MemberLookup
    private let oidc: OIDCLogin?
    private let service: HTTPService
    private let logger: Logger

    /// nil unless `api.listen` is set.
    init?(_ instance: Instance, _ configuration: Configuration, _ options: PipelineOptions, _ logger: Logger) {
        guard let address = configuration[\.apiListen] else { return nil }
        let clusters = LiveClusters(options, logger, labels: LabelFeed(configuration, logger))
        let members = MemberLookup(
            configuration, logger, describe: { clusters.topics(of: $0) }, find: { try await instance.find($0) })
        let api = ClusterAPI(
            clusters: clusters, readiness: { instance.readiness }, snapshot: { instance.statistics.snapshot },
            members: members, mostStreams: configuration[\.apiStreams])
        let statistics = APIStatistics(api.routes)
        oidc = configuration.oidc.map { OIDCLogin($0, logger) { statistics.failedToFetchKeys() } }
        let access = APIAccess(
            configuration[\.apiAccessFile], oidc: oidc, rate: configuration[\.apiRequestLimit], statistics, logger)
        service = api.service(access, statistics, logger)
        (self.clusters, self.statistics, self.members) = (clusters, statistics, members)
        (self.address, self.configuration, self.logger) = (address, configuration, logger)
    }

    /// How a URL of the page begins.
    static func scheme(_ configuration: Configuration) -> String {
        configuration[\.apiCertificateFile] == nil ? "http" : "https"
    }

    func serve() throws(ListenError) -> HTTPServer {
        let server = try HTTPServer(address, setting: "api.listen", service, tls: try configuration.apiTLS())
        oidc?.prepare()
        clusters.listen { [weak server] in server?.hasNews() }
        statistics.isServed(by: server)
        members.isServed(on: server.port)
        var address = address
        address.port = server.port
        logger.log(
            .info, "page and API are served",
            [("url", "\(Self.scheme(configuration))://\(address)"), ("port", "\(server.port)")])
        return server
    }
}
