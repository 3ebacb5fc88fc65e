import Foundation
import ShoalKafka
import ShoalOperations
import ShoalPipeline

/// The metrics of an instance in Prometheus' format.
struct Exposition: Sendable {
    let statistics: PipelineStatistics
    /// The consumer group, and its input topic.
    let group: String
    let topic: String
    /// The revision with which this instance was started, and the length of an epoch in milliseconds.
    let settingsRevision: Int64
    let epochLength: Int64

    /// All metrics with their current values.
    var text: String {
        let snapshot = statistics.snapshot
        var text = MetricText()
        addCounters(snapshot, to: &text)
        addPartitions(snapshot, to: &text)
        addSaved(snapshot, to: &text)
        addModel(snapshot, to: &text)
        addInstance(snapshot, to: &text)
        ProcessMetrics.add(to: &text)
        return text.text
    }

    private func addCounters(_ snapshot: PipelineStatistics.Snapshot, to text: inout MetricText) {
        text.add(.events, snapshot.totals.events)
        text.add(.duplicateEvents, snapshot.totals.duplicates)
        text.add(.lateEvents, snapshot.totals.late)
        text.add(.earlyEvents, snapshot.totals.early)
        text.add(.refusedEvents, snapshot.totals.refused)
        text.add(.erasedViewers, snapshot.totals.erased)
        text.add(.sensitiveTopics, snapshot.totals.sensitiveTopics)
        text.add(.topicCandidates, snapshot.totals.candidates)
        text.add(
            .deadLetters,
            Self.reasons.map { Metric.Sample([$0], Double(snapshot.rejected[$0] ?? 0)) })
        text.add(.wrongPartition, snapshot.misplaced)
        text.add(.changes, snapshot.changeCounts.byName.map { Metric.Sample([$0.name], Double($0.count)) })
        text.add(
            .transactions,
            [.init(["committed"], Double(snapshot.commits)), .init(["aborted"], Double(snapshot.aborts))])
    }

    /// All reasons are exposed from the start, because the first increase of a counter that begins above 0 is not
    /// visible.
    private static let reasons = PipelineStatistics.rejectionReasons

    private func addPartitions(_ snapshot: PipelineStatistics.Snapshot, to text: inout MetricText) {
        let partitions = snapshot.partitions.sorted { $0.key < $1.key }
        let now = Date().timeIntervalSince1970
        func samples(_ value: (PipelineStatistics.Partition) -> Double?) -> [Metric.Sample] {
            partitions.compactMap { number, state in
                value(state).map { Metric.Sample([topic, "\(number)"], $0) }
            }
        }
        func ofGroup(_ samples: [Metric.Sample]) -> [Metric.Sample] {
            samples.map { Metric.Sample([group] + $0.labels, $0.value) }
        }
        let lags = samples { $0.lag.map(Double.init) }
        let positions = samples { Double($0.offset) }
        text.add(.lag, lags)
        text.add(.position, positions)
        text.add(.groupLag, ofGroup(lags))
        text.add(.groupOffset, ofGroup(positions))
        text.add(
            .eventTimeLag,
            samples { state in
                guard let time = state.eventTime, let lag = state.lag else { return nil }
                return lag == 0 ? 0 : max(now - Double(time) / 1_000, 0)
            })
        text.add(.eventTimestamp, samples { $0.eventTime.map { Double($0) / 1_000 } })
        text.add(.partitionEpoch, samples { $0.epoch.map(Double.init) })
        text.add(.partitionModel, samples { $0.model.map(Double.init) })
        text.add(.partitionWaiting, samples { $0.isWaiting ? 1 : 0 })
        text.add(.partitionNeededModel, samples { $0.neededModel.map(Double.init) })
        text.add(.members, samples { Double($0.members) })
        text.add(.eligibleMembers, samples { Double($0.eligible) })
        let restores = snapshot.restores.sorted { $0.key < $1.key }
        text.add(.restoredRecords, restores.map { Metric.Sample([topic, "\($0.key)"], Double($0.value.done)) })
        text.add(.restoreRecords, restores.map { Metric.Sample([topic, "\($0.key)"], Double($0.value.total)) })
    }

    private func addSaved(_ snapshot: PipelineStatistics.Snapshot, to text: inout MetricText) {
        let saved = snapshot.saved.sorted { $0.key < $1.key }
        func samples(_ value: (Int32, SavedState) -> Double?) -> [Metric.Sample] {
            saved.compactMap { number, state in
                value(number, state).map { Metric.Sample([topic, "\(number)"], $0) }
            }
        }
        text.add(.snapshots, snapshot.saves.snapshots)
        text.add(.snapshotMembers, snapshot.saves.members)
        text.add(.snapshotBytes, snapshot.saves.bytes)
        text.add(.snapshotAge, samples { $1.snapshot?.age })
        text.add(
            .snapshotLag,
            samples { number, state in
                guard let from = state.restoreOffset, let now = snapshot.partitions[number] else { return nil }
                return Double(max(now.offset - from, 0))
            })
        text.add(
            .checkpoints,
            SaveCounts.Checkpoint.allCases.map { .init([$0.rawValue], Double(snapshot.saves.checkpoints[$0] ?? 0)) })
        text.add(.checkpointAge, samples { $1.checkpoint?.age })
        text.add(.checkpointMembers, samples { $1.checkpoint.map { Double($0.members) } })
        text.add(.checkpointBytes, samples { $1.checkpoint.map { Double($0.bytes) } })
    }

    private func addModel(_ snapshot: PipelineStatistics.Snapshot, to text: inout MetricText) {
        if let model = snapshot.model { text.add(.modelEpoch, model) }
        text.add(.epochLength, [.init([], Double(epochLength) / 1_000)])
        text.add(
            .clusters,
            [
                .init(["shown"], Double(snapshot.shownClusters)),
                .init(["withheld"], Double(snapshot.clusters - snapshot.shownClusters)),
            ])
        text.add(.clusteredMembers, snapshot.clusteredMembers)
        text.add(.unassignedMembers, snapshot.unassigned)
        text.add(.vocabularyTopics, snapshot.topics)
        if let settings = snapshot.modelSettings {
            text.add(.vocabularyMaximum, settings.topicsMax)
            text.add(.modelSettingsRevision, settings.revision)
        }
        text.add(.settingsRevision, settingsRevision)
        text.add(.coordinator, snapshot.waitedFor == nil ? 0 : 1)
        text.add(.coordinatorWaiting, (snapshot.waitedFor ?? []).map { Metric.Sample([topic, "\($0)"], 1) })
    }

    private func addInstance(_ snapshot: PipelineStatistics.Snapshot, to text: inout MetricText) {
        let times = statistics.times
        text.add(
            .stageDuration,
            StageTimes.Stage.allCases.map { stage in
                Metric.Distribution(
                    [stage.rawValue], bounds: StageTimes.bounds, counts: times[stage].counts, sum: times[stage].sum)
            })
        let parts = statistics.heartbeats.look()
        text.add(.heartbeatAge, parts.map { Metric.Sample(["\($0.part)"], Double($0.age) / 1_000) })
        text.add(.live, parts.contains { $0.isStuck } ? 0 : 1)
        text.add(.ready, snapshot.isReady ? 1 : 0)
        text.add(.state, InstanceState.names.map { Metric.Sample([$0], $0 == snapshot.state.name ? 1 : 0) })
        text.add(.assignedPartitions, snapshot.assigned)
        text.add(.assignments, snapshot.assignments)
        if let count = snapshot.brokers.inputPartitions { text.add(.inputPartitions, [.init([topic], Double(count))]) }
        text.add(.brokerSilence, [.init([], snapshot.brokers.silence)])
        text.add(.foreignMembers, snapshot.foreignMembers.count)
        if let limit = MemoryLimit.bytes { text.add(.memoryLimit, limit) }
        if let use = MemoryUse.now { text.add(.memoryUse, [.init([], use.share)]) }
        text.add(.buildInfo, [.init([Program.version, Program.swiftVersion, ClientConfiguration.libraryVersion], 1)])
    }
}
