import Foundation
internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSchemas

extension StatusReader {
    /// Reads the last model and the deltas after it, which show the partitions that delay the next model.
    /// - Parameter committed: The position in the delta topic; nil if there is none.
    /// - Returns: The partitioner that the application began with; nil if it has not begun.
    func readModel(
        _ status: inout ApplicationStatus, committed: PartitionOffset?, _ unknown: inout [String]
    ) async throws -> Settings.Partitioner? {
        guard try await admin.partitions(of: topics.models) != nil, try await admin.partitions(of: topics.deltas) != nil
        else {
            unknown.append(
                "\(topics.models) or \(topics.deltas) does not exist; create them with `shoal topics create`")
            return nil
        }
        let last: (head: ModelHead, published: Int64)?
        do {
            last = try await LastModel(topic: topics.models, kafka: kafka, admin: admin).read()
        } catch let mismatch as RulesMismatch {
            unknown.append(mismatch.message(application))
            return nil
        } catch let error as ProtoError {
            unknown.append(
                "this version of Shoal cannot read the last model of \(topics.models) (\(error))")
            return nil
        }
        guard let last else { return nil }
        let (summary, bookkeeping) = (last.head.summary, last.head.bookkeeping)
        let length = summary.settings.fixed.epochLength
        status.model = .init(
            summary, version: bookkeeping.through, epochEndMs: bookkeeping.through.map { ($0 + 1) * length },
            publishedMs: last.published >= 0 ? last.published : nil, partitions: bookkeeping.partitions.count)
        let partitioner = summary.settings.fixed.partitioner
        guard let coordinator = try await folded(last.head, committed, &unknown) else { return partitioner }
        let waited = coordinator.waitsFor
        for index in status.partitions.indices where index < coordinator.partitions.count {
            status.partitions[index].closed = coordinator.partitions[index].closed
            status.partitions[index].isCaughtUp = coordinator.partitions[index].caughtUp
            status.partitions[index].isWaitedFor = waited.contains(Int32(index))
        }
        let version = coordinator.version
        let isClosed = coordinator.partitions.contains { state in
            guard let version else { return state.first != nil }
            return state.closed.map { $0 > version } ?? false
        }
        let now = allowsFuture ? Epoch.max : status.timeMs / length
        status.waiting = .init(
            epoch: version.map { $0 + 1 }, partitions: waited, isHeldBack: isClosed && !waited.isEmpty,
            reason: ModelDelay.reason(coordinator, summary, now: now)?.text)
        return partitioner
    }

    /// Folds the messages after the last model as the coordinator does after a take-over, by what they say in clear.
    /// Returns `nil` if this is not possible.
    private func folded(
        _ last: ModelHead, _ committed: PartitionOffset?, _ unknown: inout [String]
    ) async throws -> Coordinator? {
        let partition = TopicPartition(topics.deltas, 0)
        let marks = try await admin.watermarks(of: partition)
        var coordinator = Coordinator(model: Model(settings: last.summary.settings), bookkeeping: last.bookkeeping)
        var assembler = EpochDeltaAssembler(partitions: last.bookkeeping.partitions.count, sealer: nil)
        let oldest = coordinator.offset
        let position = committed.map { CommittedPosition(offset: $0.offset, metadata: $0.metadata) }
        guard let from = try? Resumption.deltas(position, oldest: oldest, marks).start, from <= marks.high else {
            unknown.append(
                "partitions that delay the epoch: the last model needs \(topics.deltas) from offset \(oldest), which "
                    + "has \(marks.low) to \(marks.high)")
            return nil
        }
        do {
            let range = RangeReader.Range(partition: partition, from: from, through: marks.high)
            let unread = try await RangeReader(kafka).read([range]) { _, batch, index in
                guard let value = batch.value(index) else { return }
                let offset = batch.offset(index)
                let found: (word: DeltaMessage, firstOffset: Int64)?
                do throws(ProtoError) {
                    found = try assembler.add(DeltaRecord.decode(value), offset: offset)
                } catch {
                    throw error.at(offset: offset)
                }
                guard let found else { return }
                do throws(Contradiction) {
                    try coordinator.fold(found.word, firstOffset: found.firstOffset, offset: offset)
                } catch {
                    throw Contradiction("offset \(offset): \(error)")
                }
            }
            if let position = unread[0] {
                unknown.append(WatchedReader.hanging(topics.deltas, position))
            }
        } catch let error as ProtoError {
            unknown.append("partitions that delay the epoch: \(topics.deltas) has an unknown record (\(error))")
            return nil
        } catch let error as Contradiction {
            unknown.append("partitions that delay the epoch: \(topics.deltas): \(error)")
            return nil
        }
        return coordinator
    }
}
