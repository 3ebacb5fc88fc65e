import Foundation
package import ShoalOperations
import ShoalPipeline

/// The metrics of an instance in Prometheus' format.
struct Exposition: Sendable {
    let statistics: PipelineStatistics
    /// nil without an API.
    let api: APIStatistics?
    /// The consumer group, and its input topic.
    let group: String
    let topic: String
    /// The revision with which this instance was started, and the length of an epoch in milliseconds.
    let settingsRevision: Int64
    let epochLength: Int64

    /// All metrics with their current values: those of the instance, then those of the process.
    var text: String {
        var text = Self.text(
            InstanceReading(
                snapshot: statistics.snapshot, times: statistics.times, components: statistics.heartbeats.look(),
                api: api?.snapshot, time: Date().timeIntervalSince1970, group: group, topic: topic,
                settingsRevision: settingsRevision,
                epochLength: epochLength))
        text.add(ProcessMetrics.table, of: ProcessReading())
        return text.text
    }

    /// Returns the metrics of an instance in the state that was read.
    static func text(_ reading: InstanceReading) -> MetricText {
        var text = MetricText()
        text.add(InstanceMetrics.table, of: reading)
        return text
    }
}

extension Metric {
    /// All metrics: those that an instance serves, then those of `shoal disclosure --metrics`.
    package static let all = served + DisclosureMetrics.table.map(\.definition)
    /// Those of an instance, then those of the process.
    static let served = InstanceMetrics.table.map(\.definition) + ProcessMetrics.table.map(\.definition)
}
