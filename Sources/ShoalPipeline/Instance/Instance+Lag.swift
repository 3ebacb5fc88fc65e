internal import ShoalKafka

extension Instance {
    /// Probes the brokers, and queries the high watermarks that no reader currently learns: a paused partition fetches
    /// nothing. Call it every few seconds, outside the work.
    public func askBrokers() async {
        let options = dependencies.options
        do {
            statistics.answered(inputPartitions: try await dependencies.admin.partitions(of: options.topics.input))
        } catch {
            return
        }
        for (partition, state) in statistics.snapshot.partitions.sorted(by: { $0.key < $1.key }) {
            guard state.isWaiting || state.high == nil, !Task.isCancelled else { continue }
            // A failed query is repeated by the next call.
            let marks = try? await dependencies.admin.watermarks(of: TopicPartition(options.topics.input, partition))
            if let marks { statistics.saw(partition, position: nil, high: marks.high) }
        }
    }

    /// The liveness checks. `startup` and `readiness` follow.
    public var liveness: [Health.Check] { Health.liveness(statistics.heartbeats.look()) }
    public var startup: [Health.Check] { Health.startup(statistics.snapshot) }
    public var readiness: [Health.Check] { Health.readiness(statistics.snapshot) }
}
