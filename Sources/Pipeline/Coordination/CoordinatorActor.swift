internal import Clustering
import Foundation
internal import Kafka
internal import Schemas

/// The owner of the delta topic's partition: folds words into models and publishes them.
actor CoordinatorActor {
    private let options: PipelineOptions
    private let gate: OutboxGate
    private let reader: PartitionReader
    private let log: PipelineLog
    private var coordinator: Coordinator
    private var assembler = ClosingAssembler()
    private var isDraining = false
    /// When the first closing of an epoch, or of a later one, was read: ascending.
    private var firstRead: [(epoch: Epoch, at: ContinuousClock.Instant)] = []
    private var nextNotice = ContinuousClock.now + .seconds(10)
    private var saidOlderSettings = false

    /// Continues from the last model.
    init(
        last: ModelRecord, reader: ReaderClient, options: PipelineOptions, gate: OutboxGate, log: PipelineLog
    ) throws {
        self.options = options
        self.gate = gate
        self.log = log
        coordinator = Coordinator(model: last.model, bookkeeping: last.bookkeeping)
        self.reader = try reader.reader(
            topic: options.topics.deltas, partition: 0, from: last.bookkeeping.oldestOffset)
    }

    var committedPosition: CommittedPosition {
        CommittedPosition(offset: coordinator.offset, metadata: ModelMetadata.text(coordinator.version))
    }

    /// Reads the delta topic again up to the high watermark: before that it publishes nothing.
    func restore(through high: Int64) async throws {
        let started = ContinuousClock.now
        var warning = Duration.seconds(10)
        while reader.position < high {
            if try !fold() { try await Task.sleep(for: .milliseconds(3)) }
            if ContinuousClock.now - started > warning {
                warning += .seconds(30)
                log.warning(ModelFeed.hanging(options.topics.deltas, reader.position), ("topic", options.topics.deltas))
            }
        }
        coordinator.skip(to: reader.position)
    }

    func run() async throws {
        while !isDraining {
            let hasRead = try fold()
            try await publish()
            if hasRead {
                try await mark(RecordBuffer())
            } else {
                notice()
                try await Task.sleep(for: .milliseconds(4))
            }
            try Task.checkCancellation()
        }
    }

    func drain() {
        isDraining = true
    }

    // MARK: - Steps

    private func fold() throws -> Bool {
        let batch = try reader.poll(max: 256)
        for index in 0..<batch.count {
            let offset = batch.offset(index)
            guard let value = batch.value(index) else { continue }
            let whole: (word: Word, firstOffset: Int64)?
            do throws(ProtoError) {
                whole = try assembler.add(WordRecord.decode(value), offset: offset)
            } catch {
                throw PipelineError(
                    .hole,
                    "\(options.topics.deltas) offset \(offset) is no record that this version of Shoal can read "
                        + "(\(error)): was it written by a newer one, or by somebody else?")
            }
            guard let whole else { continue }
            try coordinator.fold(whole.word, firstOffset: whole.firstOffset, offset: offset)
            if case .closing(let closing) = whole.word, closing.through > firstRead.last?.epoch ?? .min {
                firstRead.append((closing.through, .now))
            }
        }
        return batch.count > 0
    }

    private func publish() async throws {
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        let length = coordinator.model.settings.fixed.epochLength
        let (firsts, timeout) = (firstRead, options.idleTimeout)
        let clock = Coordinator.Clock(now: options.allowsFuture ? .max : now / length) { epoch in
            guard let first = firsts.first(where: { $0.epoch >= epoch }) else { return false }
            return ContinuousClock.now - first.at >= timeout
        }
        while !isDraining,
            let next = try coordinator.publish(clock, settings: settings(), unread: assembler.oldestOffset)
        {
            firstRead.removeAll { $0.epoch <= next.bookkeeping.through ?? .min }
            let record = ModelRecord(
                bookkeeping: next.bookkeeping, keyFingerprint: options.key.fingerprint, model: next.model)
            let (values, headers) = record.encode()
            var records = RecordBuffer()
            for value in values {
                records.append(
                    to: .models, headers: headers, key: { $0 += ModelRecord.key(next.bookkeeping.through) },
                    value: { $0 += value })
            }
            let encoder = ChangeRecord(format: options.outputFormat)
            for change in next.changes {
                encoder.append(change, model: next.model, to: &records)
                log.info(
                    "cluster \(change.cluster): \(change.kind)", ("cluster", "\(change.cluster)"),
                    ("members", "\(change.members)"), ("model", "\(change.version)"))
            }
            log.debug(
                "published a model", ("model", "\(next.bookkeeping.through ?? 0)"),
                ("clusters", "\(next.model.clusters.count)"))
            nextNotice = .now + .seconds(10)
            try await mark(records)
        }
    }

    /// This instance's settings; the model's where those are of a later revision.
    private func settings() -> Settings {
        let carried = coordinator.model.settings
        guard options.settings.revision < carried.revision else { return options.settings }
        if !saidOlderSettings {
            saidOlderSettings = true
            log.warning(
                "this instance's settings.revision \(options.settings.revision) is older than the application's "
                    + "\(carried.revision): the application's settings are carried on")
        }
        return carried
    }

    private func mark(_ records: RecordBuffer) async throws {
        try await gate.append(
            Outbox.Step(
                part: .deltas, position: committedPosition, records: records, isUrgent: !records.isEmpty))
    }

    /// Says why nothing can be published yet.
    private func notice() {
        guard ContinuousClock.now > nextNotice else { return }
        nextNotice = .now + .seconds(30)
        let model = coordinator.model
        let waiting = coordinator.waitsFor
        if coordinator.version == nil {
            log.info("waiting: no epoch has begun yet", ("partitions", Self.list(waiting)))
        } else if model.vocabulary.entries.isEmpty {
            log.info("waiting: no topic admitted yet; topics.file names those that count from the start")
        } else if model.clusters.isEmpty {
            log.info(
                "waiting: \(model.unassigned.count) of \(model.settings.seedMembers) viewers have "
                    + "\(model.settings.minEvents) events")
        } else if !waiting.isEmpty {
            log.debug("epoch \((coordinator.version ?? 0) + 1) waits", ("partitions", Self.list(waiting)))
        }
    }

    private static func list(_ partitions: [Int32]) -> String {
        partitions.prefix(20).map(String.init).joined(separator: ",") + (partitions.count > 20 ? ",…" : "")
    }
}
