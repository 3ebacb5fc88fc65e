import Foundation
internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSchemas
internal import ShoalSettings

/// Owns the delta topic's partition: folds its messages into models and publishes them.
actor CoordinatorActor {
    private let options: PipelineOptions
    private let gate: OutboxGate
    private let reader: WatchedReader
    private let log: PipelineLog
    private let statistics: PipelineStatistics
    private var machine: CoordinatorMachine
    private var lifecycle: LifecycleLog
    /// nil if there is no opt-out list.
    private let optOut: OptOutList?
    /// In milliseconds of the monotonic clock.
    private var nextOptOut = Monotonic.now
    private var isDraining = false
    private var nextNotice = ContinuousClock.now + .seconds(5)
    private var saidOlderSettings = false
    /// The rules that were last logged.
    private var saidRules: Int64?

    /// Continues from the last model.
    /// - Parameter start: the first offset of the delta topic to read.
    init(
        last: ModelRecord, from start: Int64, reader: ReaderClient, gate: OutboxGate,
        dependencies: Assignment.Dependencies
    ) throws {
        options = dependencies.options
        self.gate = gate
        statistics = dependencies.statistics
        log = dependencies.log
        lifecycle = LifecycleLog(dependencies.log)
        machine = CoordinatorMachine(
            last: last,
            options: .init(
                settings: options.settings, key: options.key, deltaSealer: options.sealer(of: .deltas),
                modelSealer: options.sealer(of: .models),
                format: options.outputFormat, clustersTopic: options.topics.clusters,
                allowsFuture: options.allowsFuture, idleTimeout: options.idleTimeout.milliseconds))
        optOut = try options.topics.optOut.map {
            try OptOutList($0, dependencies.options.kafka, dependencies.options.key)
        }
        self.reader = try WatchedReader(
            reader, TopicPartition(options.topics.deltas, 0), from: start, for: .coordinator,
            dependencies.aroundReaders)
    }

    var committedPosition: CommittedPosition { machine.committedPosition }

    /// Reads the delta topic again up to the high watermark. Nothing is published before that.
    func restore(through high: Int64) async throws {
        let started = ContinuousClock.now
        var warning = Duration.seconds(10)
        while reader.position < high {
            statistics.heartbeats.beat(.coordinator, "reading epoch deltas again")
            if try !fold() { try await reader.wait() }
            if ContinuousClock.now - started > warning {
                warning += .seconds(30)
                log.warning(
                    "waiting for an open transaction", ("topic", options.topics.deltas), ("partition", "0"),
                    ("offset", "\(reader.position)"),
                    ("advice", WatchedReader.hanging(options.topics.deltas, reader.position)))
            }
        }
        machine.skip(to: reader.position)
    }

    func run() async throws {
        statistics.coordinates(machine.coordinator)
        while !isDraining {
            statistics.heartbeats.beat(.coordinator, "merging epoch deltas")
            let hasRead = try fold()
            try await publish()
            // At the end of the log, the position steps over control records.
            if hasRead || machine.skip(to: reader.position) {
                statistics.coordinates(machine.coordinator)
                statistics.heartbeats.rest(.coordinator, "waiting for room in the outbox")
                try await gate.append(machine.commitPoint())
            } else {
                notice()
                try await reader.wait(until: nextDue)
            }
            try Task.checkCancellation()
        }
    }

    func drain() {
        isDraining = true
        reader.wake()
    }

    /// When something is due if no delta arrives, in milliseconds of the monotonic clock; nil: never.
    private var nextDue: Int64? {
        [machine.waitsForTime ? Monotonic.now + 400 : nil, optOut == nil ? nil : nextOptOut].compactMap(\.self).min()
    }

    // MARK: - Steps

    private func fold() throws -> Bool {
        let batch = try reader.poll(max: 256)
        for index in 0..<batch.count {
            let offset = batch.offset(index)
            guard let value = batch.value(index) else { continue }
            do {
                try machine.fold(value, offset: offset, now: Monotonic.now)
            } catch let error as ProtoError {
                throw PipelineError(
                    .missingData,
                    "\(options.topics.deltas) offset \(offset): this version of Shoal cannot read the record "
                        + "(\(error)). A newer version or another program may have written it")
            } catch let error as Contradiction {
                throw PipelineError(.contradiction, "\(options.topics.deltas) offset \(offset): \(error)")
            }
        }
        return batch.count > 0
    }

    private func publish() async throws {
        try await readOptOut()
        while !isDraining {
            let began = ContinuousClock.now
            guard let next = try next() else { return }
            lifecycle.add(next.changes, model: next.model, version: next.bookkeeping.through ?? 0)
            log.debug(
                "published a model", ("model", "\(next.bookkeeping.through ?? 0)"),
                ("clusters", "\(next.model.clusters.count)"))
            nextNotice = .now + .seconds(10)
            sayOlderSettings()
            sayRules()
            let records = machine.records(of: next)
            statistics.record(.publish, .now - began)
            statistics.count(lifecycle: next.changes)
            statistics.coordinates(machine.coordinator)
            statistics.heartbeats.rest(.coordinator, "waiting for room in the outbox")
            try await gate.append(machine.commitPoint(records))
            statistics.heartbeats.beat(.coordinator, "publishing models")
        }
    }

    /// Reads the opt-out list, now and then, and in any case before the first model.
    private func readOptOut() async throws {
        guard let optOut, Monotonic.now >= nextOptOut else { return }
        statistics.heartbeats.rest(.coordinator, "reading the opt-out list")
        let before = (machine.optedOut ?? machine.coordinator.model.settings.optedOut).count
        if let members = try await RetryPolicy(log: log).wait({ try await optOut.read(isKnown: before > 0) }) {
            machine.optedOut = members
            log.info("read the opt-out list", ("viewers", "\(members.count)"), ("before", "\(before)"))
        }
        nextOptOut = Monotonic.now + 5_000
        statistics.heartbeats.beat(.coordinator, "publishing models")
    }

    /// The next model, if it is due.
    /// - Throws: `PipelineError` if an epoch delta contradicts the last model.
    private func next() throws -> Coordinator.Publication? {
        do throws(Contradiction) {
            return try machine.publish(now: Monotonic.now, wall: Self.wall)
        } catch {
            throw PipelineError(
                .contradiction,
                "\(options.topics.deltas) before offset \(machine.coordinator.offset): \(error). The model of epoch "
                    + "\(machine.coordinator.version.map { "\($0)" } ?? "genesis") stays the last one")
        }
    }

    /// Milliseconds since 1970.
    private static var wall: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    private func sayOlderSettings() {
        guard machine.hasOlderSettings, !saidOlderSettings else { return }
        saidOlderSettings = true
        log.warning(
            "settings.revision is older than the application's: the application's settings stay in effect",
            ("revision", "\(options.settings.revision)"),
            ("application_revision", "\(machine.coordinator.model.settings.revision)"))
    }

    /// Logs that the application keeps older rules, and when it takes those of this release.
    private func sayRules() {
        let (rules, current) = (machine.coordinator.model.rules.version, LifecycleRules.current.version)
        guard rules != saidRules else { return }
        if rules != current {
            log.info(
                "the application keeps its rules: raise settings.revision to take those of this release",
                ("rules", "\(rules)"), ("release_rules", "\(current)"))
        } else if saidRules != nil {
            log.info("the application takes the rules of this release", ("rules", "\(rules)"))
        }
        saidRules = rules
    }

    /// Logs why no model has been published for a while.
    private func notice() {
        guard ContinuousClock.now > nextNotice else { return }
        nextNotice = .now + .seconds(30)
        let summary = ModelSummary(machine.coordinator.model)
        guard
            let (reason, partitions) = ModelDelay.reason(
                machine.coordinator, summary, now: machine.now(wall: Self.wall))
        else { return }
        log.info("waiting: no new model", ("reason", reason), ("partitions", Self.list(partitions)))
    }

    private static func list(_ partitions: [Int32]) -> String {
        partitions.prefix(20).map(String.init).joined(separator: ",") + (partitions.count > 20 ? ",…" : "")
    }
}
