@testable import ShoalClustering
@testable import ShoalPipeline

extension Simulation {
    func strike(_ fault: Scenario.Fault) {
        note("fault: \(fault)")
        switch fault {
        case .crash(let index):
            if instances[index] != nil { restart(index) }
        case .pause(let index, let steps, let isExpelled, let completes):
            guard let process = instances[index] else { return }
            process.asleep = steps
            if isExpelled { kafka.group.expel(instance: index, now: now) }
            if completes { completeRebalance() }
        case .pauseInTransaction(let index, let steps):
            instances[index]?.sleepsInTransaction = steps
        case .duplicateInstance(let index, let steps):
            instances[index]?.asleep = steps
            addTwin(index)
        case .expel(let index):
            kafka.group.expel(instance: index, now: now)
        case .rebalance:
            kafka.group.prepare(now)
        case .completeRebalance:
            completeRebalance()
        case .scale(let index):
            if instances[index] == nil {
                restart(index)
            } else if instances.count(where: { $0 != nil }) > 1 {
                instances[index] = nil
                removeTwins(index)
            }
        case .stop(let index):
            instances[index]?.isStopping = true
        case .timeOut(let age):
            kafka.timeOut(age: age)
        case .retention:
            deleteWhatIsNotNeeded()
        case .compaction:
            for partition in feed.indices {
                // Nulls are kept for `delete.retention.ms`, so that current readers do not miss them.
                let isRead = instances.contains { $0?.work?.isTakingOver(.input(Int32(partition))) ?? false }
                kafka.update(.state(Int32(partition))) { log in
                    let (end, removesNulls) = (Int64(self.draws.below(Int(log.high) + 1)), self.draws.chance(0.3))
                    log.compact(before: end, removesNulls: removesNulls && !isRead)
                }
            }
        case .greedyRetention:
            deleteTooMuch()
        case .forget:
            forget()
        }
    }

    private func completeRebalance() {
        kafka.group.complete(parts: parts, isForced: true) { self.draws.below($0) }
    }

    /// Deletes epoch deltas that every model includes, and records of topics that the simulation does not read.
    private func deleteWhatIsNotNeeded() {
        guard let last = lastModel() else { return }
        kafka.update(.deltas) { $0.deleteRecords(before: last.bookkeeping.oldestOffset) }
        // A take-over in progress may have read an older snapshot.
        guard (instances.compactMap(\.self) + twins).allSatisfy({ $0.work?.isRunning ?? true }) else { return }
        for partition in feed.indices where draws.chance(0.5) {
            guard let point = lastSnapshot(Int32(partition)) else { continue }
            kafka.update(.input(Int32(partition))) { $0.deleteRecords(before: point.offset) }
        }
    }

    /// Returns the point of the last complete, committed snapshot.
    private func lastSnapshot(_ partition: Int32) -> SnapshotPoint? {
        var state = StateTable(seals.state(.input(partition)))
        for (offset, record) in kafka[.state(partition)].committed { try? state.take(record, offset: offset) }
        return try? state.restored()?.header.point
    }

    /// Deletes records that are still needed. A process that needs them must stop and must not skip the missing data.
    private func deleteTooMuch() {
        mayRefuse = true
        let topic: SimulatedKafka.Topic = draws.pick([.deltas, .models, .input(Int32(draws.below(feed.count)))])
        kafka.update(topic) { log in
            log.deleteRecords(before: log.start + Int64(draws.below(Int(log.lastStable - log.start) + 1)))
        }
    }

    /// Deletes the group's offsets, as Kafka does after the group has been empty for a long time.
    private func forget() {
        mayRefuse = true
        kafka.forgetPositions()
        for index in instances.indices where instances[index] != nil { restart(index) }
    }

    /// Returns the last committed model, which may be the genesis model.
    func lastModel() -> ModelRecord? {
        let models = models()
        return try? models.last()
    }

    /// Returns all committed models, including those deleted by retention.
    func models() -> ModelTable {
        var table = ModelTable(seals.models)
        for (offset, record) in kafka[.models].committed {
            if case .bytes(let value) = record.value { _ = try? table.take(value.span, offset: offset) }
        }
        return table
    }
}
