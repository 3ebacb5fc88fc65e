internal import ShoalClustering
internal import ShoalSchemas

extension PipelineStatistics {
    // MARK: - Shards

    /// Returns the statistics of a shard.
    func partition(_ shard: borrowing Shard<KeyedTopics>, offset: Int64) -> Partition {
        let counters = shard.counters
        return Partition(
            offset: offset, epoch: shard.openEpoch, model: shard.version, neededModel: shard.neededModel,
            members: shard.memberCount, eligible: counters.eligible, events: counters.events,
            duplicates: counters.duplicates, late: counters.late, early: counters.early,
            sensitiveTopics: counters.sensitiveTopics)
    }

    /// Records the end of a partition, and the position of its reader.
    /// - Parameters:
    ///   - position: After the control records that follow the last event; `nil` if unknown.
    ///   - high: The high watermark; `nil` if unknown.
    func saw(_ partition: Int32, position: Int64?, high: Int64?) {
        change { snapshot in
            guard var found = snapshot.partitions[partition] else { return }
            if let position { found.offset = max(found.offset, position) }
            if let high { found.high = max(found.high ?? 0, high) }
            snapshot.partitions[partition] = found
        }
    }

    func restores(_ partition: Int32, at stage: RestoreProgress.Stage = .input, _ done: Int64, of total: Int64) {
        let now = Monotonic.now
        heartbeats.beat(.partition(partition), "restoring")
        change { snapshot in
            let last = snapshot.restores[partition]
            let isNew = (last?.stage == .input) != (stage == .input)
            snapshot.restores[partition] = RestoreProgress(
                stage: stage, done: done, total: total, started: isNew ? now : last?.started ?? now, told: now)
        }
    }

    /// All possible reasons, sorted.
    public static let rejectionReasons = Rejection.allCases.filter { $0 != .excluded }.map(\.rawValue).sorted()

    func count(rejected reason: Rejection) {
        change { $0.rejected[reason.rawValue, default: 0] += 1 }
    }

    func count(changes: ChangeCounts, since last: ChangeCounts) {
        guard changes != last else { return }
        change { $0.changeCounts.add(changes, since: last) }
    }

    // MARK: - Transactions

    func countCommit() {
        change { $0.commits += 1 }
    }

    func countAbort() {
        change { $0.aborts += 1 }
    }

    // MARK: - Models

    func saw(model: Int64?, _ content: Model) {
        let summary = ModelSummary(content)
        change { snapshot in
            snapshot.model = model
            snapshot.clusters = Int(summary.published)
            snapshot.suppressedClusters = Int(summary.suppressed)
            snapshot.clusteredMembers = summary.members
            snapshot.unassigned = summary.unassigned
            snapshot.topics = Int(summary.topics)
            snapshot.modelSettings = ModelSettings(
                revision: content.settings.revision, topicsMax: content.settings.topicsMax)
        }
    }

    /// Records a step of the coordinator.
    func coordinates(_ coordinator: borrowing Coordinator) {
        let version = coordinator.version
        let isAhead = coordinator.partitions.contains { state in
            state.closed.map { closed in version.map { closed > $0 } ?? true } ?? false
        }
        let waitedFor = isAhead ? coordinator.waitsFor : []
        change { $0.waitedFor = waitedFor }
    }

    func count(lifecycle changes: [LifecycleChange]) {
        guard !changes.isEmpty else { return }
        change { snapshot in
            for change in changes { snapshot.changeCounts.count(change.kind.published) }
        }
    }

    // MARK: - The instance

    /// Records an answer of a broker.
    func answered(inputPartitions: Int32?) {
        let now = Monotonic.now
        change { snapshot in
            snapshot.brokers.answered = now
            if let inputPartitions { snapshot.brokers.inputPartitions = inputPartitions }
        }
    }

    func enter(_ next: InstanceState) {
        change { snapshot in
            snapshot.state = next
            if next == .working || next == .idle { snapshot.hasStarted = true }
        }
    }

    func assigned(_ parts: [AssignedPartition]) {
        let count = parts.count { if case .input = $0 { true } else { false } }
        change { snapshot in
            snapshot.assigned = count
            snapshot.assignments += 1
        }
        enter(parts.isEmpty ? .idle : .restoring)
    }
}
