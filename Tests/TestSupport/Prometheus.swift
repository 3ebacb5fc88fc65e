import Foundation

/// Returns whether a program is installed.
public func hasProgram(_ name: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
}

/// Returns the output of `promtool check metrics`, which is empty if it finds nothing.
public func promtoolFindings(_ metrics: String) throws -> String {
    do {
        return try run("promtool", ["check", "metrics"], input: metrics)
    } catch let error as CommandFailed {
        return error.output
    }
}

/// Returns the values of metrics in text format by name and labels, as `a{b="c"}`.
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

/// A Prometheus server that scrapes one target five times a second. It ends at the latest with the object.
public final class Prometheus: Sendable {
    private let process: Supervised
    private let folder: TemporaryFolder
    private let port: Int

    public init(scraping target: Int) async throws {
        folder = try TemporaryFolder()
        port = try freePort()
        let configuration = try folder.file(
            "prometheus.yml",
            """
            global:
              scrape_interval: 200ms
              scrape_timeout: 200ms
            scrape_configs:
              - job_name: shoal
                static_configs:
                  - targets: ["127.0.0.1:\(target)"]
            """)
        process = try Supervised(
            "prometheus \"$@\" < /dev/null & pid=$!",
            arguments: [
                "--config.file=\(configuration)", "--storage.tsdb.path=\(folder.url.appending(path: "data").path)",
                "--web.listen-address=127.0.0.1:\(port)",
            ], cleanup: "kill -s KILL $pid; wait $pid", log: folder.url.appending(path: "log"))
        try await waitForPort(port)
    }

    deinit { process.stop() }

    public func stop() { process.stop() }

    /// Waits until a query has exactly one result with this value, for at most `patience`.
    public func wait(for query: String, toBe value: Double) async throws {
        let end = ContinuousClock.now + patience
        let escaped = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        while true {
            let body = try await http(port, "/api/v1/query?query=\(escaped)").body
            if body.contains(",\"\(value == value.rounded() ? "\(Int(value))" : "\(value)")\"]") { return }
            guard ContinuousClock.now < end else { throw BrokerUnavailable(what: "\(query) = \(value): \(body)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
