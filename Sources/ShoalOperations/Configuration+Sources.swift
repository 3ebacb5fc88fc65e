import Foundation
import ShoalSchemas
import ShoalSettings

extension Configuration {
    mutating func read(file: String, _ problems: inout [String]) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            problems.append("\(file): cannot be read, or is not UTF-8")
            return
        }
        let name = URL(fileURLWithPath: file).lastPathComponent
        let (entries, mistakes) = Properties.parse(text)
        var lines: [String: Int] = [:]
        problems += mistakes.map { "\(name):\($0.line): \($0.text)" }
        for entry in entries {
            if let line = lines.updateValue(entry.line, forKey: entry.key) {
                problems.append("\(name):\(entry.line): \(entry.key) is already set in line \(line)")
            }
            put(entry.key, entry.value, "\(name):\(entry.line)", &problems)
        }
    }

    mutating func read(_ environment: [String: String], _ problems: inout [String]) {
        var variables = environment.filter { $0.key.hasPrefix("SHOAL_") && !Self.isOthers($0.key) }
        ignoredVariables = variables.filter { Self.isOfService($0.key, $0.value) }.keys.sorted()
        for variable in ignoredVariables { variables[variable] = nil }
        for (variable, value) in variables.sorted(by: { $0.key < $1.key }) {
            if variable == Self.keyVariable {
                privacyKey = value.trimmed
            } else if let key = Self.key(ofVariable: variable) {
                put(key, value, variable, &problems)
            } else {
                let known = Setting.table.map { Self.variable(of: $0.name) } + [Self.keyVariable]
                problems.append("\(variable): no setting has this variable\(Self.hint(variable, known))")
            }
        }
    }

    mutating func read(sets: [String], _ problems: inout [String]) {
        for text in sets {
            guard let equals = text.firstIndex(of: "=") else {
                problems.append("--set \(text): must be KEY=VALUE")
                continue
            }
            put(text[..<equals].trimmed, String(text[text.index(after: equals)...]), "--set", &problems)
        }
    }

    static let keyVariable = "SHOAL_PRIVACY_KEY"

    private mutating func put(_ key: String, _ value: String, _ source: String, _ problems: inout [String]) {
        if let setting = Setting.setting(named: key) {
            let value = value.trimmed
            if let problem = setting.problem(value) {
                problems.append("\(source): \(key)=\(value.printable): \(problem)")
            } else {
                values[key] = Value(text: value, source: source)
                setting.set(value, in: &settings)
            }
        } else if key.hasPrefix("kafka.") {
            values[key] = Value(text: value, source: source)
        } else {
            problems.append("\(source): \(key.printable) is not a setting\(Self.hint(key, Setting.table.map(\.name)))")
        }
    }

    private static func hint(_ name: String, _ known: [String]) -> String {
        Names.nearest(name, known).map { "; did you mean \($0)?" } ?? ""
    }

    /// Returns the setting of an environment variable: `SHOAL_COMMIT_INTERVAL` is `commit.interval`. In librdkafka's
    /// names, underscores become dots. Returns `nil` if there is none.
    static func key(ofVariable variable: String) -> String? {
        if let setting = Setting.table.first(where: { Self.variable(of: $0.name) == variable }) { return setting.name }
        let words = variable.dropFirst("SHOAL_".count)
        guard words.hasPrefix("KAFKA_") else { return nil }
        return String(words.lowercased().map { $0 == "_" ? "." : $0 })
    }

    /// Whether the variable does not name a setting: test variables, and the path of the configuration file.
    private static func isOthers(_ variable: String) -> Bool {
        variable.hasPrefix("SHOAL_TEST_") || ["SHOAL_SHARED", "SHOAL_CONFIG"].contains(variable)
    }

    /// Whether Kubernetes sets the variable for a service whose name begins with `shoal`, unless a pod has
    /// `enableServiceLinks: false`: `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT`, `NAME_SERVICE_PORT_HTTP`, and Docker's
    /// `NAME_PORT`, `NAME_PORT_80_TCP`, `NAME_PORT_80_TCP_ADDR` and so on.
    private static func isOfService(_ variable: String, _ value: String) -> Bool {
        guard !Setting.table.contains(where: { Self.variable(of: $0.name) == variable }) else { return false }
        let words = variable.split(separator: "_", omittingEmptySubsequences: false)[...]
        let isURL = ["tcp://", "udp://", "sctp://"].contains { value.hasPrefix($0) }
        let isPort = !value.isEmpty && value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if words.suffix(2) == ["SERVICE", "HOST"] { return true }
        if isURL, words.last == "PORT" { return true }
        if isPort, let place = words.lastIndex(of: "SERVICE"), words[(place + 1)...].first == "PORT" { return true }
        // Such as SHOAL_KAFKA_PORT_9092_TCP_ADDR: a number and a protocol follow.
        guard let place = words.lastIndex(where: { ["TCP", "UDP", "SCTP"].contains($0) }),
            place >= words.startIndex + 2,
            words[place - 2] == "PORT", UInt16(words[place - 1]) != nil
        else { return false }
        let rest = words[(place + 1)...]
        return rest.isEmpty ? isURL : rest.count == 1 && ["PROTO", "PORT", "ADDR"].contains(rest.first)
    }
}
