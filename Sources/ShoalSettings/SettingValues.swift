public import ShoalClustering
public import ShoalSchemas

/// The values of all settings. Each property has a row of `Setting.table`.
public struct SettingValues: Equatable, Sendable {
    public var applicationID = "shoal"
    /// `nil` for the name of the host.
    public var instanceID: String?
    public var bootstrapServers = "localhost:9092"
    public var inputTopic = "watch-events"
    public var inputFormat = WatchEventReader.Format.auto
    public var inputViewer = WatchEventReader.Viewer.field
    public var outputTopic = "cluster-changes"
    /// `nil` if no memberships are published.
    public var membersTopic: String? {
        didSet { engine.publishesMemberships = membersTopic != nil }
    }
    /// `nil` if no table of clusters is published.
    public var clustersTopic: String?
    /// `nil` if clusters have no labels.
    public var labelsTopic: String?
    /// `nil` for a name that depends on that of the input topic.
    public var deadLettersTopic: String?
    /// `nil` if there is no opt-out list.
    public var optOutTopic: String?
    /// In ms; `nil` without limit.
    public var modelsRetention: Int64?
    public var topicsFile: String?
    public var privacyKeyFile: String?
    /// Its content is `engine.policy`.
    public var policyFile: String?
    public var httpListen: ListenAddress?
    public var apiListen: ListenAddress?
    public var apiAccessFile: String?
    public var apiCertificateFile: String?
    public var apiKeyFile: String?
    /// The authorities of clients' certificates; `nil` if clients are not asked for one.
    public var apiAuthorityFile: String?
    /// `nil` if no tokens of an issuer are accepted.
    public var oidcIssuer: String?
    public var oidcAudience: String?
    public var oidcRolesClaim = "roles"
    public var oidcRoles: String?
    public var oidcAuthorityFile: String?
    public var apiLookupLimit: Int = 20
    public var apiRequestLimit: Int = 100
    public var apiStreams: Int = 1_000
    public var auditFile: String?
    /// `nil` if the heads of the audit log are kept nowhere else.
    public var auditTopic: String?
    public var logLevel = LogLevel.info
    public var logFormat = LogFormat.auto
    /// The settings of an instance that do not reach the result.
    public var pipeline = PipelineSettings()
    /// The settings that reach the result.
    public var engine = Settings()

    public init(engine: Settings = Settings()) {
        self.engine = engine
    }
}

/// The lowest level that is logged.
public enum LogLevel: String, SettingWord {
    case debug
    case info
    case warning
    case error
}

public enum LogFormat: String, SettingWord {
    /// Text on a terminal, otherwise JSON.
    case auto
    case json
    case text
}
