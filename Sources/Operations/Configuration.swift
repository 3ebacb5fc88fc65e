import Foundation

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

    public private(set) var values: [String: Value] = [:]
    /// librdkafka's settings by their own names, files read in.
    public private(set) var kafka: [String: String] = [:]
    /// The key's hexadecimal digits; nil: none was given.
    public private(set) var privacyKey: String?

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
        if let file {
            if let text = try? String(contentsOfFile: file, encoding: .utf8) {
                let name = (file as NSString).lastPathComponent
                for entry in Properties.parse(text) {
                    put(entry.key, entry.value, "\(name):\(entry.line)", &problems)
                }
            } else {
                problems.append("\(file): cannot be read")
            }
        }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("SHOAL_") {
            if name == "SHOAL_PRIVACY_KEY" {
                privacyKey = value
            } else if !name.hasPrefix("SHOAL_TEST_"), name != "SHOAL_SHARED", name != "SHOAL_CONFIG" {
                put(Self.key(ofVariable: name), value, name, &problems)
            }
        }
        for text in sets {
            guard let equals = text.firstIndex(of: "=") else {
                problems.append("--set \(text): must be key=value")
                continue
            }
            put(String(text[..<equals]), String(text[text.index(after: equals)...]), "--set", &problems)
        }
        check(kafkaCheck, &problems)
        if !problems.isEmpty { throw Invalid(problems: problems) }
    }

    private mutating func put(_ key: String, _ value: String, _ source: String, _ problems: inout [String]) {
        if let setting = Setting.table.first(where: { $0.name == key }) {
            if let problem = setting.problem(value) {
                problems.append("\(source): \(key)=\(value) \(problem)")
            } else {
                values[key] = Value(text: value, source: source)
            }
        } else if key.hasPrefix("kafka.") {
            values[key] = Value(text: value, source: source)
        } else {
            let nearest = Names.nearest(key, Setting.table.map(\.name))
            problems.append("\(source): \(key) is no setting" + (nearest.map { "; did you mean \($0)?" } ?? ""))
        }
    }

    private mutating func check(_ kafkaCheck: KafkaCheck, _ problems: inout [String]) {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where key.hasPrefix("kafka.") {
            var name = String(key.dropFirst("kafka.".count))
            var text = value.text
            if name.hasSuffix(".file") {
                name = String(name.dropLast(".file".count))
                guard let content = try? String(contentsOfFile: value.text, encoding: .utf8) else {
                    problems.append("\(value.source): \(key): \(value.text) cannot be read")
                    continue
                }
                text = content.trimmingCharacters(in: .newlines)
            }
            if let problem = kafkaCheck(name, text) {
                problems.append("\(value.source): \(key): \(problem)")
            } else {
                kafka[name] = text
            }
        }
        if let file = self["privacy.key-file"] {
            if let content = try? String(contentsOfFile: file, encoding: .utf8) {
                privacyKey = content.trimmingCharacters(in: .whitespacesAndNewlines)
            } else {
                problems.append("\(values["privacy.key-file"]?.source ?? ""): privacy.key-file: \(file) cannot be read")
            }
        }
        if let key = privacyKey, key.count != 64 || !key.allSatisfy(\.isHexDigit) {
            problems.append("the privacy key must be 64 hexadecimal digits; `openssl rand -hex 32` makes one")
        }
        if let file = self["topics.file"], !FileManager.default.isReadableFile(atPath: file) {
            problems.append("\(values["topics.file"]?.source ?? ""): topics.file: \(file) cannot be read")
        }
        if integer("clusters.min") > integer("clusters.max") {
            problems.append("clusters.min must not be above clusters.max")
        }
        if !(integer("clusters.min")...max(integer("clusters.min"), integer("clusters.max")))
            .contains(integer("clusters.initial"))
        {
            problems.append("clusters.initial must lie between clusters.min and clusters.max")
        }
        if let start = self["input.start"], start != "beginning", start != "end", Int64(start).map({ $0 < 0 }) ?? true {
            problems.append("input.start must be beginning, end, or a time in milliseconds since 1970")
        }
    }

    /// `SHOAL_COMMIT_INTERVAL` is `commit.interval`: among the known names the one that looks alike; librdkafka's have
    /// dots only.
    static func key(ofVariable name: String) -> String {
        let word = name.dropFirst("SHOAL_".count)
        let known = Setting.table.map(\.name).first { variable(of: $0).dropFirst("SHOAL_".count) == word }
        return known ?? word.lowercased().replacingOccurrences(of: "_", with: ".")
    }

    /// The variable of a setting.
    public static func variable(of name: String) -> String {
        "SHOAL_" + name.uppercased().replacingOccurrences(of: ".", with: "_").replacingOccurrences(of: "-", with: "_")
    }

    // MARK: - Values

    /// The text of a setting; nil where it has neither value nor default, or is empty.
    public subscript(name: String) -> String? {
        values[name].flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    public func text(_ name: String) -> String { self[name] ?? "" }
    public func integer(_ name: String) -> Int64 { self[name].flatMap { Int64($0) } ?? 0 }
    public func milliseconds(_ name: String) -> Int64 { self[name].flatMap { Setting.milliseconds($0) } ?? 0 }
    public func duration(_ name: String) -> Duration { .milliseconds(milliseconds(name)) }
    public func bytes(_ name: String) -> Int { Int(self[name].flatMap { Setting.bytes($0) } ?? 0) }

    public func list(_ name: String) -> [String] {
        text(name).split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
