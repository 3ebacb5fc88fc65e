import ShoalPipeline
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

/// Tests of what published changes disclose.
protocol PublishingTests {}

extension PublishingTests {
    var hour: Int64 { 3_600_000 }
    /// A midnight.
    var start: Int64 { 1_767_225_600_000 }

    func key() throws -> PrivacyKey { try #require(PrivacyKey(hex: String(repeating: "073c", count: 16))) }

    func change(
        _ member: Pseudonym, _ from: ClusterID, _ to: ClusterID, _ time: Int64, _ reason: Reason = .event,
        period: Int64? = nil
    ) -> MemberChange {
        MemberChange(
            member: member, from: from, to: to, reason: reason, model: nil, offset: 0, time: time, epoch: nil,
            period: period)
    }

    /// What is measured if these changes are published in 80 hours, by partition.
    func measures(
        _ traits: DisclosureTraits, _ settings: Settings, _ partitions: [[MemberChange]]
    ) throws -> DisclosureMeasures {
        let collector = DisclosureCollector(traits, key: try key(), settings: settings, bounds: .init())
        let first = start / hour
        let span = DisclosureCollector.Span(first: first, last: first + 80, settings.fixed)
        collector.begin(partitions: partitions.count)
        for (partition, changes) in partitions.enumerated() {
            let tracks = PublishedTracks(collector, span, partition: partition)
            for change in changes { tracks.take([change]) }
            tracks.finish()
        }
        return collector.measures(assigned: 0, smallest: nil)
    }
}
