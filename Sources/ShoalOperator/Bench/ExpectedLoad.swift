import ShoalSchemas
import ShoalSettings

/// A load that an application is to bear, and the instances that are to be had.
package struct ExpectedLoad: Codable, Equatable, Sendable {
    /// A second.
    package var events: Double
    package var members: Double
    package var topics = 2_000.0
    package var clusters = 256.0
    /// In seconds.
    package var epoch = 3_600.0
    /// nil: to be computed.
    package var partitions: Int?
    package var instances: Int?
    /// Of each instance.
    package var cores = 2.0
    package var memory = 8e9

    /// The names that `--expect` accepts, each with what it means.
    package static let names = [
        ("events/s", "events a second"), ("members", "viewers with a profile"),
        ("topics", "topics in the vocabulary (2000)"),
        ("clusters", "clusters (256)"), ("epoch", "length of an epoch (1h)"),
        ("partitions", "of the input topic; computed if it is not given"),
        ("instances", "number of instances; computed if it is not given"),
        ("cores", "of each instance (2)"), ("memory", "of each instance, such as 8GB or 4GiB (8GB)"),
    ]

    /// Reads `events/s=2e5,members=10M,topics=500`.
    /// - Parameters:
    ///   - measured: Gives members, topics and clusters that are not named.
    ///   - standard: Members if they are neither named nor measured.
    /// - Throws: `UsageError`.
    package init(_ text: String, measured: BenchMeasurement?, members standard: Double? = nil) throws {
        var values: [String: Double] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            let name = pair[0].filter { $0 != " " }
            guard Self.names.contains(where: { $0.0 == name }) else {
                let list = Self.names.map(\.0).joined(separator: ", ")
                throw UsageError(description: "--expect \(name): must be one of \(list)")
            }
            guard pair.count == 2, let value = Self.value(pair[1], of: name), value > 0, value.isFinite, value < 1e15
            else {
                throw UsageError(
                    description: "--expect \(part): must be a number such as 5000, 2e5, 20k or 10M"
                        + (name == "epoch"
                            ? ", or a duration such as 15m" : name == "memory" ? ", or a size such as 8GB" : ""))
            }
            values[name] = value
        }
        guard let events = values["events/s"] else {
            throw UsageError(description: "--expect \(text): events/s=N is missing")
        }
        guard let members = values["members"] ?? measured.map({ Double($0.members) }) ?? standard else {
            throw UsageError(description: "--expect \(text): members=N is missing, because nothing was measured")
        }
        (self.events, self.members) = (events, members)
        topics = values["topics"] ?? measured.map { Double(max($0.topics, 1)) } ?? topics
        clusters = values["clusters"] ?? measured.map { Double(max($0.clusters, 1)) } ?? clusters
        epoch = values["epoch"] ?? epoch
        partitions = values["partitions"].map { max(Int($0), 1) }
        instances = values["instances"].map { max(Int($0), 1) }
        cores = values["cores"] ?? cores
        memory = values["memory"] ?? memory
    }

    private static func value(_ text: String, of name: String) -> Double? {
        if let number = Double(text) { return number }
        if name == "epoch" { return Setting.milliseconds(text).map { Double($0) / 1_000 } }
        if name == "memory", let bytes = Setting.bytes(text) { return Double(bytes) }
        let letters = text.reversed().prefix { $0.isLetter }.count
        let unit = text.suffix(letters)
        let factors: [Substring: Double] =
            name == "memory" ? ["MB": 1e6, "GB": 1e9, "TB": 1e12] : ["k": 1e3, "M": 1e6, "G": 1e9]
        guard let factor = factors[unit], let number = Double(text.dropLast(letters)) else { return nil }
        return number * factor
    }
}
