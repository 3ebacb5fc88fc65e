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
    /// librdkafka's properties by their own names, with the contents of files.
    public internal(set) var kafka: [String: String] = [:]
    /// Variables with the program's prefix that Kubernetes sets for services. They are ignored.
    public internal(set) var ignoredVariables: [String] = []
    /// The key's hexadecimal digits; `nil` if none was given.
    public internal(set) var privacyKey: String?

    /// Validates a librdkafka property. Returns the problem, or `nil`.
    public typealias KafkaCheck = (_ name: String, _ value: String) -> String?

    /// - Parameters:
    ///   - file: The `.properties` file; `nil` for none.
    ///   - environment: Environment variables. Only those with the prefix `SHOAL_` are used.
    ///   - sets: `key=value` arguments of the command line.
    /// - Throws: `Invalid`, with all problems.
    public init(
        file: String?, environment: [String: String], sets: [String], kafkaCheck: KafkaCheck
    ) throws(Invalid) {
        var problems: [String] = []
        for setting in Setting.table {
            if let text = setting.defaultValue { values[setting.name] = Value(text: text, source: "default") }
        }
        if let file { read(file: file, &problems) }
        read(environment, &problems)
        read(sets: sets, &problems)
        checkKafka(kafkaCheck, &problems)
        checkFiles(&problems)
        checkTogether(&problems)
        if !problems.isEmpty { throw Invalid(problems: problems) }
    }

    /// The text of a setting; `nil` if it has neither value nor default, or is empty.
    public subscript(name: String) -> String? {
        values[name].flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    /// Returns the text of a setting, empty if unset.
    public func text(_ name: String) -> String { self[name] ?? "" }

    /// Returns a number or percentage, 0 if unset.
    public func integer(_ name: String) -> Int64 { self[name].flatMap { Setting.percent($0) } ?? 0 }

    /// Returns a duration in milliseconds, 0 if unset.
    public func milliseconds(_ name: String) -> Int64 { self[name].flatMap { Setting.milliseconds($0) } ?? 0 }

    /// Returns a duration, zero if unset.
    public func duration(_ name: String) -> Duration { .milliseconds(milliseconds(name)) }

    /// Returns a size in bytes, 0 if unset.
    public func bytes(_ name: String) -> Int { Int(self[name].flatMap { Setting.bytes($0) } ?? 0) }

    /// Returns the elements of a list without empty ones.
    public func list(_ name: String) -> [String] {
        text(name).split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// `<input.topic>-dead-letters` unless set.
    public var deadLettersTopic: String { self["dead-letters.topic"] ?? "\(text("input.topic"))-dead-letters" }
    public var deltasTopic: String { "\(text("application.id"))-deltas" }
    public var modelsTopic: String { "\(text("application.id"))-models" }
    public var stateTopic: String { "\(text("application.id"))-state" }

    /// Copies one setting from a newer configuration.
    public mutating func take(_ name: String, from later: Configuration) {
        values[name] = later.values[name]
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

extension StringProtocol {
    /// The text without surrounding white space.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.prefix(start.count - start.reversed().prefix(while: \.isWhitespace).count))
    }
}
