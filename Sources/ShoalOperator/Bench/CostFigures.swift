package import Foundation

/// What events, members and epochs cost. Sizes are in bytes, times in seconds of CPU time of one core.
package struct CostFigures: Codable, Equatable, Sendable {
    /// Deciding the lifecycle of some clusters.
    package struct Decision: Codable, Equatable, Sendable {
        package var clusters: Double
        package var seconds: Double
    }

    /// An event of a live application, all in; and of that, what its replay does not need: Kafka's client and transactions.
    package var eventCpu: Double
    package var kafkaCpu: Double
    package var eventSize: Double
    package var changeSize: Double
    /// Changes of a member in an epoch.
    package var moves: Double
    /// Resident memory of a member; and of that, what is not in the table of members.
    package var memberMemory: Double
    package var memberOverhead: Double
    /// Of an instance without members, and of a partition with a backlog.
    package var baseMemory: Double
    package var queueMemory: Double
    /// A member in the state topic; writing it in a snapshot, and sealing it.
    package var stateSize: Double
    package var snapshotCpu: Double
    package var sealCpu: Double
    /// Members a second.
    package var restoreKafka: Double
    package var restoreDisk: Double
    /// A sum over a topic and a sample in an epoch delta.
    package var sumSize: Double
    package var sampleSize: Double
    /// For a byte of an epoch delta; and to add up a sum.
    package var write: Double
    package var read: Double
    package var add: Double
    package var decide: [Decision]
    /// Of a model: the size of a pair of cluster and topic, and reading a byte.
    package var modelSize: Double
    package var modelRead: Double

    /// Those that come with the program; docs/scale.md lists them.
    package static func stored() throws -> CostFigures { try CostFigures(json: Data(storedJSON.utf8)) }

    /// - Throws: `DecodingError`.
    package init(json: Data) throws { self = try Self.decoder.decode(CostFigures.self, from: json) }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    /// Reads a file of figures, or the report of `shoal bench --json`.
    /// - Throws: `UsageError`.
    package init(file path: String) throws {
        struct Report: Decodable {
            var costs: CostFigures
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw UsageError(description: "--costs \(path): it cannot be read")
        }
        do {
            self = try (try? Self.decoder.decode(Report.self, from: data))?.costs ?? CostFigures(json: data)
        } catch {
            throw UsageError(
                description:
                    "--costs \(path): these are no costs. Give it the output of `shoal bench --json` of this version.")
        }
    }

    /// Replaces what was measured.
    package mutating func take(_ measured: BenchMeasurement) {
        eventCpu = measured.eventCpu + kafkaCpu
        if let size = measured.eventSize { eventSize = size }
        if measured.members > 0 { memberMemory = measured.memberTable + memberOverhead }
        if measured.hasClusters { moves = measured.moves }
        if measured.deltaSums > 0 { sumSize = max(sumSize, measured.deltaSize / measured.deltaSums) }
        if measured.clusters * measured.topics > 0 {
            modelSize = max(modelSize, measured.modelSize / Double(measured.clusters * measured.topics))
        }
    }
}
