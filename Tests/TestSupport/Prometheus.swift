import Foundation

/// Whether a program is there to be run.
public func hasProgram(_ name: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
}

/// What `promtool check metrics` has to say; nothing where all is well.
public func promtoolFindings(_ metrics: String) throws -> String {
    do {
        return try run("promtool", ["check", "metrics"], input: metrics)
    } catch let error as CommandFailed {
        return error.output
    }
}

/// The values of metrics in text, by their names with their labels, as `a{b="c"}`.
public func metricValues(_ text: String) -> [String: Double] {
    var values: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
            continue
        }
        values[String(line[..<space])] = value
    }
    return values
}
