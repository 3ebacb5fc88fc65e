import Foundation
import ShoalClustering

/// A real log with the settings to run it with.
struct LogCase: Sendable {
    /// Precedes the names of logs in results.
    static let prefix = "log:"

    /// The name in results.
    let name: String
    let log: RealLog
    let settings: Settings
    /// Whether other systems' rules run beside it, which need a fixed number of clusters.
    var hasRules = false

    /// The log with a fixed number of clusters.
    static func real(_ path: String) throws -> LogCase {
        var settings = Settings()
        settings.fixed.epochLength = 3_600_000
        settings.halfLife = 7 * 24 * 3_600_000
        settings.seedMembers = 300
        settings.clustersCount = 16
        settings.minClusterSize = 1
        return LogCase(
            name: StreamName.real.rawValue, log: try RealLog(path: path), settings: settings, hasRules: true)
    }

    /// Reads the logs of a directory: NAME.ndjson or NAME.ndjson.gz, with settings in NAME.properties.
    /// - Parameter isWanted: Whether a log of this name is read.
    static func all(in directory: String, where isWanted: (String) -> Bool) throws -> [LogCase] {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        return try files.compactMap { file in
            guard let end = file.range(of: ".ndjson") else { return nil }
            let (name, path) = (String(file[..<end.lowerBound]), "\(directory)/\(file)")
            guard isWanted(prefix + name) else { return nil }
            return LogCase(
                name: prefix + name, log: try RealLog(path: path),
                settings: try settings("\(directory)/\(name).properties"))
        }
    }

    /// Reads settings, one `name=value` a line. Without a file, the defaults hold. No cluster is suppressed.
    private static func settings(_ path: String) throws -> Settings {
        var settings = Settings()
        settings.minClusterSize = 1
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return settings }
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts == ["clusters.seed-members", "auto"] {
                settings.seedMembers = .auto
                continue
            }
            guard parts.count == 2, let value = number(parts[1]) else {
                throw BenchError("\(path): \"\(line)\" is not name=number")
            }
            switch parts[0] {
            case "epoch.length": settings.fixed.epochLength = value
            case "epoch.staleness": settings.fixed.staleness = value
            case "profile.half-life": settings.halfLife = value
            case "profile.topics": settings.fixed.profileTopics = Int(value)
            case "members.min-events": settings.minEvents = UInt32(value)
            case "member.ttl": settings.memberTTL = value
            case "member.new-ttl": settings.newMemberTTL = value
            case "privacy.min-cluster-size": settings.minClusterSize = value
            case "clusters.seed-members": settings.seedMembers = .number(Int(value))
            case "clusters.count": settings.clustersCount = Int(value)
            case "clusters.initial": settings.clustersInitial = Int(value)
            case "clusters.min": settings.clustersMin = Int(value)
            case "clusters.min-members": settings.clustersMinMembers = value
            case "clusters.min-share": settings.clustersMinShare = value
            case "clusters.max": settings.clustersMax = Int(value)
            default: throw BenchError("\(path): the setting \(parts[0]) is not known here")
            }
        }
        return settings
    }

    /// Parses a number, or a duration in milliseconds.
    private static func number(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let last = text.last, let unit = units[last] else { return Int64(text) }
        return Int64(text.dropLast()).map { $0 * unit }
    }
}
