internal import ShoalClustering
package import ShoalPipeline
internal import Synchronization

/// Measures what the epochs of a replay would write in a live application, and the memory of its members. CPU time is that of
/// the thread: an epoch is measured between two suspensions. Thread-safe.
package final class ReplayMeter: Sendable {
    /// Sums over a replay. Sizes are in bytes, times in seconds of CPU time.
    package struct Counts: Sendable {
        /// Epoch deltas: of their sums over topics, of the samples, and of the sealed records.
        package var deltas = 0
        package var deltaSums = 0
        package var deltaBytes = 0
        package var deltaCPU = 0.0
        package var models = 0
        /// The clusters and topics of the last model.
        package var clusters = 0
        package var topics = 0
        package var modelBytes = 0
        package var modelCPU = 0.0
        /// Members at the end, and the bytes of their table that are in use.
        package var members = 0
        package var memberBytes = 0

        /// The CPU time that this measurement took.
        package var overhead: Double { deltaCPU + modelCPU }
    }

    private let sums = Mutex(Counts())
    private let sealer: RecordSealer

    package init(_ key: PrivacyKey) {
        sealer = RecordSealer(key, topic: "bench", partition: 0)
    }

    package var counts: Counts { sums.withLock { $0 } }

    func take(_ delta: EpochDelta) {
        let began = CPUTime.ofThread
        let bytes = RecordSize.of(delta, by: sealer)
        sums.withLock { sums in
            sums.deltas += 1
            sums.deltaSums += delta.clusters.reduce(0) { $0 + $1.sums.count }
            sums.deltaBytes += bytes
            sums.deltaCPU += CPUTime.ofThread - began
        }
    }

    func take(_ publication: Coordinator.Publication) {
        let began = CPUTime.ofThread
        let bytes = RecordSize.of(publication, by: sealer)
        sums.withLock { sums in
            sums.models += 1
            sums.clusters = publication.model.clusters.count(where: \.isActive)
            sums.topics = publication.model.vocabulary.entries.count { $0.name != nil && !$0.isRemoved }
            sums.modelBytes += bytes
            sums.modelCPU += CPUTime.ofThread - began
        }
    }

    func take(_ results: [PartitionResult]) {
        sums.withLock { sums in
            sums.members = results.reduce(0) { $0 + $1.members }
            sums.memberBytes = results.reduce(0) { $0 + $1.memberBytes }
        }
    }
}
