/// The settings of a run: from a file, then from variables, then from the command line.
public struct Configuration: Sendable {
    /// A value, and where it came from.
    public struct Value: Equatable, Sendable {
        public var text: String
        /// As `shoal.properties:12`, `SHOAL_COMMIT_INTERVAL`, `--set`, or `default`.
        public var source: String
    }

    /// Everything that is wrong, a line each.
    public struct Invalid: Error, CustomStringConvertible, Sendable {
        public var problems: [String]

        public init(problems: [String]) {
            self.problems = problems
        }

        public var description: String {
            "the configuration is wrong:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
        }
    }

    /// By name, librdkafka's with `kafka.` before theirs.
    public internal(set) var values: [String: Value] = [:]
    /// librdkafka's settings by their own names, files read in.
    public internal(set) var kafka: [String: String] = [:]
    /// Variables with the program's prefix that Kubernetes sets for services. They are no settings.
    public internal(set) var ignoredVariables: [String] = []
    /// The key's hexadecimal digits; nil: none was given.
    public internal(set) var privacyKey: String?

    /// Checks librdkafka's settings: a problem by name and value; nil where it takes them.
    public typealias KafkaCheck = (_ name: String, _ value: String) -> String?

    /// - Parameters:
    ///   - file: the `.properties` file; nil: none.
    ///   - environment: variables; those that begin with `SHOAL_` count.
    ///   - sets: `key=value` of the command line.
    /// - Throws: `Invalid`, with every mistake.
    public init(
        file: String?, environment: [String: String], sets: [String], kafkaCheck: KafkaCheck
    ) throws(Invalid) {
        var problems: [String] = []
        for setting in Setting.table {
            if let standard = setting.standard { values[setting.name] = Value(text: standard, source: "default") }
        }
        if let file { read(file: file, &problems) }
        read(environment, &problems)
        read(sets: sets, &problems)
        checkKafka(kafkaCheck, &problems)
        checkFiles(&problems)
        checkTogether(&problems)
        if !problems.isEmpty { throw Invalid(problems: problems) }
    }

    /// The text of a setting; nil where it has neither value nor default, or is empty.
    public subscript(name: String) -> String? {
        values[name].flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    /// Empty where there is none.
    public func text(_ name: String) -> String { self[name] ?? "" }

    /// A number, or percent; 0 where there is none.
    public func integer(_ name: String) -> Int64 { self[name].flatMap { Setting.percent($0) } ?? 0 }

    /// 0 where there is none.
    public func milliseconds(_ name: String) -> Int64 { self[name].flatMap { Setting.milliseconds($0) } ?? 0 }

    /// Zero where there is none.
    public func duration(_ name: String) -> Duration { .milliseconds(milliseconds(name)) }

    /// 0 where there is none.
    public func bytes(_ name: String) -> Int { Int(self[name].flatMap { Setting.bytes($0) } ?? 0) }

    /// Without empty elements.
    public func list(_ name: String) -> [String] {
        text(name).split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// `<input.topic>-dead-letters` unless set.
    public var deadLettersTopic: String { self["dead-letters.topic"] ?? "\(text("input.topic"))-dead-letters" }
    public var deltasTopic: String { "\(text("application.id"))-deltas" }
    public var modelsTopic: String { "\(text("application.id"))-models" }
    public var stateTopic: String { "\(text("application.id"))-state" }

    /// Takes one setting over from what was read later.
    public mutating func take(_ name: String, from later: Configuration) {
        values[name] = later.values[name]
        guard name.hasPrefix("kafka.") else { return }
        let own = name.dropFirst("kafka.".count)
        let plain = String(own.hasSuffix(".file") ? own.dropLast(".file".count) : own)
        kafka[plain] = later.kafka[plain]
    }

    /// The variable of a setting, as `SHOAL_COMMIT_INTERVAL`.
    public static func variable(of name: String) -> String {
        "SHOAL_" + String(name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }
}

extension StringProtocol {
    /// Without white space at the ends.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.prefix(start.count - start.reversed().prefix(while: \.isWhitespace).count))
    }
}
