import ShoalOperations
import ShoalPipeline

/// The state of an instance at one moment, from which metrics are read.
struct InstanceReading: Sendable {
    var snapshot: PipelineStatistics.Snapshot
    var times: StageTimes
    var components: [Heartbeats.Status] = []
    /// nil without an API.
    var api: APIStatistics.Snapshot?
    /// The wall clock in seconds since 1970.
    var time: Double
    /// The consumer group, and its input topic.
    var group: String
    var topic: String
    /// The revision with which the instance was started, and the length of an epoch in milliseconds.
    var settingsRevision: Int64
    var epochLength: Int64

    /// Returns a sample for each assigned partition that has a value, by number.
    func ofPartitions(_ value: (PipelineStatistics.Partition) -> Double?) -> [Metric.Sample] {
        samples(snapshot.partitions) { value($1) }
    }

    /// Returns a sample for each partition that is being restored, by number.
    func ofRestores(_ records: (RestoreProgress) -> Int64) -> [Metric.Sample] {
        samples(snapshot.restores) { Double(records($1)) }
    }

    /// Returns a sample for each partition with saved state that has a value, by number.
    func ofSaved(_ value: (Int32, SavedState) -> Double?) -> [Metric.Sample] {
        samples(snapshot.saved, value)
    }

    /// Returns what is read of each route of the API, by path.
    func ofRoutes<Value>(_ read: (String, APIStatistics.Snapshot.Route) -> Value) -> [Value] {
        (api?.routes ?? [:]).sorted { $0.key < $1.key }.map(read)
    }

    /// Returns samples of partitions with the consumer group as an additional first label.
    func inGroup(_ samples: [Metric.Sample]) -> [Metric.Sample] {
        samples.map { Metric.Sample([group] + $0.labels, $0.value) }
    }

    private func samples<State>(_ states: [Int32: State], _ value: (Int32, State) -> Double?) -> [Metric.Sample] {
        states.sorted { $0.key < $1.key }.compactMap { number, state in
            value(number, state).map { Metric.Sample([topic, "\(number)"], $0) }
        }
    }
}
