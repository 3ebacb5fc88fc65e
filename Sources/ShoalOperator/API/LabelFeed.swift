import ShoalClient
import ShoalClustering
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings
import Synchronization

/// The labels of clusters that the page and the API show.
final class LabelFeed: Sendable {
    private let topic: String
    private let terms: LabelTerms
    private let kafka: ClientConfiguration
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// Those that were read; nil before.
        var labels: ClusterLabels?
        var revision = 0
    }

    /// - Returns: nil without `labels.topic`.
    init?(_ configuration: Configuration, _ logger: Logger) {
        guard let topic = configuration[\.labelsTopic] else { return nil }
        (self.topic, self.logger) = (topic, logger)
        (terms, kafka) = (configuration.labelTerms, configuration.client(logger))
    }

    /// Reads labels until the task is cancelled. Without them, numbers are shown. After an error it begins again, and shows the labels
    /// that were read before until all have been read.
    func follow() async throws {
        var isTold = false
        while true {
            do {
                let labels = reader
                try await labels.catchUp()
                state.withLock { ($0.labels, $0.revision) = (labels, $0.revision + 1) }
                isTold = false
                while true {
                    if try await labels.next(timeout: .seconds(1)) != nil { state.withLock { $0.revision += 1 } }
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                if !isTold {
                    logger.log(.warning, "the API cannot read labels, and tries again", [("error", error.message)])
                }
                isTold = true
                try await Task.sleep(for: .seconds(10))
            }
        }
    }

    private var reader: ClusterLabels {
        ClusterLabels(
            kafka: kafka, topic: topic, isDenied: { [terms] in terms.term(in: $0) != nil },
            onDeniedLabel: { [logger] label in
                logger.log(
                    .warning, "a label has a denied word, and is not shown: remove it with `shoal label --remove`",
                    [("cluster", "\(label.cluster)"), ("proposed_by", label.proposed.by)])
            },
            onInvalidRecord: { [logger] record in
                logger.log(
                    .warning, "a record of labels.topic is no label",
                    [("partition", "\(record.partition)"), ("offset", "\(record.offset)")])
            })
    }

    /// Another number after each change of the labels.
    var revision: Int { state.withLock(\.revision) }

    /// Returns the label to be shown for each cluster that has one.
    func shown(_ descriptions: [UInt32: ClusterDescription]) -> [UInt32: String] {
        guard let labels = state.withLock(\.labels) else { return [:] }
        return descriptions.compactMapValues(labels.label)
    }
}
