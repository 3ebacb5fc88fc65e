public import ShoalClustering
public import ShoalSettings

/// The configuration of a run: a file, then environment variables, then the command line.
public struct Configuration: Sendable {
    /// A value and its source.
    public struct Value: Equatable, Sendable {
        public var text: String
        /// The source, such as `shoal.properties:12`, `SHOAL_COMMIT_INTERVAL`, `--set`, or `default`.
        public var source: String
    }

    /// An invalid configuration, with all problems.
    public struct Invalid: Error, CustomStringConvertible, Sendable {
        public var problems: [String]

        public init(problems: [String]) {
            self.problems = problems
        }

        public var description: String {
            "the configuration is invalid:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
        }
    }

    /// Values by name. librdkafka's properties have the prefix `kafka.`.
    public internal(set) var values: [String: Value] = [:]
    /// The same values with their types.
    var settings = SettingValues()
    /// librdkafka's properties by their own names, with the contents of files.
    public internal(set) var kafka: [String: String] = [:]
    /// Variables with the program's prefix that Kubernetes sets for services. They are ignored.
    public internal(set) var ignoredVariables: [String] = []
    /// The key's hexadecimal digits; `nil` if none was given.
    public internal(set) var privacyKey: String?
    /// The rules of the policy for labels of clusters.
    var labelRules: [TopicPolicy.Rule] = []

    /// Validates a librdkafka property. Returns the problem, or `nil`.
    public typealias KafkaCheck = (_ name: String, _ value: String) -> String?

    /// - Parameters:
    ///   - file: The `.properties` file; `nil` for none.
    ///   - environment: Environment variables. Only those with the prefix `SHOAL_` are used.
    ///   - sets: `key=value` arguments of the command line.
    ///   - created: Names of settings whose files may be missing, because the command creates them.
    /// - Throws: `Invalid`, with all problems.
    public init(
        file: String?, environment: [String: String], sets: [String], created: Set<String> = [], kafkaCheck: KafkaCheck
    ) throws(Invalid) {
        var problems: [String] = []
        for setting in Setting.table {
            if let text = setting.defaultValue { values[setting.name] = Value(text: text, source: "default") }
        }
        if let file { read(file: file, &problems) }
        read(environment, &problems)
        read(sets: sets, &problems)
        checkKafka(kafkaCheck, &problems)
        checkFiles(created, &problems)
        checkTogether(&problems)
        if !problems.isEmpty { throw Invalid(problems: problems) }
    }

    /// The value of a setting, such as `configuration[\.pipeline.commitInterval]`.
    public subscript<Value>(path: KeyPath<SettingValues, Value>) -> Value { settings[keyPath: path] }

    /// The texts of the values that are not defaults, by name.
    public var given: [String: String] { values.filter { $0.value.source != "default" }.mapValues(\.text) }

    /// Returns the text of a setting or property of a name; `nil` if it has neither value nor default, or is empty.
    public func text(of name: String) -> String? { values[name].flatMap { $0.text.isEmpty ? nil : $0.text } }

    /// The words that no label of a cluster may have.
    public var labelTerms: LabelTerms { LabelTerms(labelRules, sensitive: SensitiveTopics(settings.engine)) }

    /// `<input.topic>-dead-letters` unless set.
    public var deadLettersTopic: String { self[\.deadLettersTopic] ?? "\(self[\.inputTopic])-dead-letters" }
    public var deltasTopic: String { "\(self[\.applicationID])-deltas" }
    public var modelsTopic: String { "\(self[\.applicationID])-models" }
    public var stateTopic: String { "\(self[\.applicationID])-state" }

    /// Copies one setting from a newer configuration.
    public mutating func take(_ name: String, from later: Configuration) {
        values[name] = later.values[name]
        Setting.setting(named: name)?.set(later.values[name]?.text ?? "", in: &settings)
        guard name.hasPrefix("kafka.") else { return }
        let own = name.dropFirst("kafka.".count)
        let plain = String(own.hasSuffix(".file") ? own.dropLast(".file".count) : own)
        kafka[plain] = later.kafka[plain]
    }

    /// Returns the environment variable of a setting, such as `SHOAL_COMMIT_INTERVAL`.
    public static func variable(of name: String) -> String {
        "SHOAL_" + String(name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }
}
