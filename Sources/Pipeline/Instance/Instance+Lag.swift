internal import Kafka

extension Instance {
    /// Asks the brokers whether they are there, and for the high watermarks that no reader learns of at the moment: a partition
    /// that waits for a model, or for its turn, fetches nothing. To be called every few seconds, away from the work.
    public func askBrokers() async {
        let options = tools.options
        do {
            statistics.answered(inputPartitions: try await tools.admin.partitions(of: options.topics.input))
        } catch {
            return
        }
        for (partition, state) in statistics.snapshot.partitions.sorted(by: { $0.key < $1.key }) {
            guard state.isWaiting || state.high == nil, !Task.isCancelled else { continue }
            // What cannot be asked now is asked the next time.
            let marks = try? await tools.admin.watermarks(of: TopicPartition(options.topics.input, partition))
            if let marks { statistics.saw(partition, position: nil, high: marks.high) }
        }
    }

    /// Whether the instance lives, has started, and is ready.
    public var liveness: [Health.Check] { Health.liveness(statistics.heartbeats.look()) }
    public var startup: [Health.Check] { Health.startup(statistics.snapshot) }
    public var readiness: [Health.Check] { Health.readiness(statistics.snapshot) }
}
