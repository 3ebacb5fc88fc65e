import Foundation
import Schemas

extension Configuration {
    mutating func read(file: String, _ problems: inout [String]) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            problems.append("\(file): cannot be read, or is no UTF-8")
            return
        }
        let name = URL(fileURLWithPath: file).lastPathComponent
        let (entries, mistakes) = Properties.parse(text)
        var lines: [String: Int] = [:]
        problems += mistakes.map { "\(name):\($0.line): \($0.text)" }
        for entry in entries {
            if let line = lines.updateValue(entry.line, forKey: entry.key) {
                problems.append("\(name):\(entry.line): \(entry.key) stands in line \(line) already")
            }
            put(entry.key, entry.value, "\(name):\(entry.line)", &problems)
        }
    }

    mutating func read(_ environment: [String: String], _ problems: inout [String]) {
        let variables = environment.filter { $0.key.hasPrefix("SHOAL_") && !Self.isOthers($0.key) }
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
        if let setting = Setting.table.first(where: { $0.name == key }) {
            let value = value.trimmed
            if let problem = setting.problem(value) {
                problems.append("\(source): \(key)=\(value.printable): \(problem)")
            } else {
                values[key] = Value(text: value, source: source)
            }
        } else if key.hasPrefix("kafka.") {
            values[key] = Value(text: value, source: source)
        } else {
            problems.append("\(source): \(key.printable) is no setting\(Self.hint(key, Setting.table.map(\.name)))")
        }
    }

    private static func hint(_ name: String, _ known: [String]) -> String {
        Names.nearest(name, known).map { "; did you mean \($0)?" } ?? ""
    }

    /// `SHOAL_COMMIT_INTERVAL` is `commit.interval`: the setting whose variable it is. Librdkafka's names have dots only.
    /// nil: it is nobody's.
    static func key(ofVariable variable: String) -> String? {
        if let setting = Setting.table.first(where: { Self.variable(of: $0.name) == variable }) { return setting.name }
        let words = variable.dropFirst("SHOAL_".count)
        guard words.hasPrefix("KAFKA_") else { return nil }
        return String(words.lowercased().map { $0 == "_" ? "." : $0 })
    }

    /// Variables that are no settings: of the tests, the file's own, and those that Kubernetes gives every container where
    /// a service is called `shoal`.
    private static func isOthers(_ variable: String) -> Bool {
        variable.hasPrefix("SHOAL_TEST_") || ["SHOAL_SHARED", "SHOAL_CONFIG", "SHOAL_PORT"].contains(variable)
            || variable.hasPrefix("SHOAL_SERVICE_") || variable.hasPrefix("SHOAL_PORT_")
    }
}
