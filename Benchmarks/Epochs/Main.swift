import Foundation

@testable import ShoalClustering
@testable import ShoalPipeline

/// Measures what the end of an epoch costs, without Kafka: `make bench-epochs`. It uses internal types, as tests do.
///
/// Prints a line of CSV for each shape: sizes in bytes, and times in seconds of CPU time of one core. With the argument
/// `previous`, the previous rules apply.
@main
struct BenchEpochs {
    /// Partitions, members of each, clusters and topics.
    private static let shapes = [
        (8, 12_500, 16, 200), (8, 12_500, 64, 500), (8, 12_500, 256, 2_000), (8, 50_000, 256, 2_000),
        (32, 3_125, 64, 500),
        (64, 1_600, 256, 2_000), (256, 400, 64, 500), (32, 6_250, 1_024, 2_000),
    ]

    static func main() throws {
        guard let key = PrivacyKey(hex: String(repeating: "5a", count: 32)) else { return }
        let rules = CommandLine.arguments.contains("previous") ? LifecycleRules.previous : .current
        print(EpochCosts.columns.joined(separator: ","))
        for (partitions, members, clusters, topics) in shapes {
            var run = EpochRun(
                partitions: partitions, members: members, clusters: clusters, topics: topics, key: key, rules: rules)
            print(try run.measure().line)
        }
    }
}
