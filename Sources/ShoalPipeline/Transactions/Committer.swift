internal import ShoalKafka
internal import ShoalSettings

/// The transaction loop of an instance: takes cuts of the outbox and carries out the actions of `TransactionMachine`,
/// on its own thread.
actor Committer {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let options: PipelineOptions
    private let preflight: Preflight
    private let statistics: PipelineStatistics
    private let plainLog: PipelineLog
    /// Includes the generation of the current work.
    private var log: PipelineLog
    private var producer: Producer?
    /// The number of consecutive aborted transactions.
    private var aborted = 0
    private var lastWarnings: [String: ContinuousClock.Instant] = [:]

    init(options: PipelineOptions, admin: Admin, statistics: PipelineStatistics, log: PipelineLog) {
        executor = ThreadExecutor(name: "shoal-commit")
        self.options = options
        preflight = Preflight(options: options, admin: admin, log: log)
        self.statistics = statistics
        plainLog = log
        self.log = log
    }

    /// Prepares a producer for transactions. `init_transactions` must precede the first take-over.
    /// - Throws: `PipelineError` if waiting does not help; `CancellationError`.
    func prepare() async throws {
        defer { rest("idle") }
        while producer == nil {
            beat("making a producer")
            let attempt = attempt { () throws(KafkaError) in try renew() }
            if attempt.outcome == .done { return }
            try check(attempt)
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Commits output from the gate until it is closed and empty, or the partitions are lost.
    /// - Returns: `nil` at the regular end.
    /// - Throws: `PipelineError` if waiting does not help; `CancellationError`.
    func run(
        _ gate: OutboxGate, machine: TransactionMachine, metadata: GroupMetadata, group: GroupActor
    ) async throws -> TransactionMachine.End? {
        var machine = machine
        var last = ContinuousClock.now
        rest("waiting for something to commit")
        log = plainLog.adding(metadata.generation)
        defer {
            log = plainLog
            rest("idle")
        }
        while let cut = await gate.next(limit: machine.limit, interval: options.commitInterval, last: last) {
            last = .now
            if let end = try await carry(cut, &machine, gate, metadata, group) { return end }
            rest("waiting for something to commit")
        }
        try Task.checkCancellation()
        return nil
    }

    /// Aborts an open transaction after a loss.
    func abandon() {
        beat("aborting a transaction")
        defer { rest("idle") }
        do throws(KafkaError) {
            try producer?.abort(timeout: .seconds(5))
        } catch {
            // A new producer fences this one, regardless of its state.
            producer = nil
        }
    }

    /// Asks the group whether the assignment still belongs to this instance.
    /// - Parameters:
    ///   - known: Positions of its partitions. They are never committed.
    ///   - isStopped: Returns true if the result has become unnecessary.
    /// - Returns: False if the assignment has changed, or if the result has become unnecessary.
    /// - Throws: `PipelineError` if waiting does not help; `CancellationError`.
    func isAssigned(
        _ known: [AssignedPartition: CommittedPosition], _ metadata: GroupMetadata,
        unless isStopped: @Sendable () -> Bool
    ) async throws -> Bool {
        var check = OwnershipCheck()
        var action = check.begin()
        while !isStopped() {
            beat("asking whether the assignment is still ours")
            let attempt: Attempt
            switch action {
            case .answer(let isOurs):
                abandon()
                return isOurs
            case .renewProducer:
                attempt = self.attempt { () throws(KafkaError) in try renew() }
            case .ask:
                attempt = self.attempt { () throws(KafkaError) in
                    try working().begin()
                    try working().sendOffsets(offsets(known), group: metadata, timeout: .seconds(10))
                }
            }
            if attempt.outcome != .groupLost { try self.check(attempt) }
            action = check.next(after: attempt.outcome)
            if attempt.outcome != .done { try await Task.sleep(for: .milliseconds(500)) }
        }
        abandon()
        return false
    }

    /// Runs one transaction to its known outcome.
    private func carry(
        _ cut: Outbox.Cut, _ machine: inout TransactionMachine, _ gate: OutboxGate, _ metadata: GroupMetadata,
        _ group: GroupActor
    ) async throws -> TransactionMachine.End? {
        var action = machine.begin(cut)
        let deadline = ContinuousClock.now + options.transactionTimeout * 2
        let began = ContinuousClock.now
        while true {
            try Task.checkCancellation()
            beat(action.doing)
            switch action {
            case .send(let cut, let positions):
                action = try next(
                    &machine, attempt { () throws(KafkaError) in try send(cut, positions, metadata) })
            case .commit:
                let attempt = attempt { () throws(KafkaError) in
                    try working().commit(timeout: options.transactionTimeout)
                }
                action = try next(&machine, attempt, by: deadline)
            case .abort:
                statistics.countAbort()
                let attempt = attempt { () throws(KafkaError) in
                    try working().abort(timeout: options.transactionTimeout)
                }
                action = try next(&machine, attempt, by: deadline)
            case .renewProducer:
                action = try next(
                    &machine, attempt { () throws(KafkaError) in try renew() })
                if action == .renewProducer { try await Task.sleep(for: .milliseconds(500)) }
            case .ask:
                do {
                    action = machine.next(found: try await group.committed(machine.parts))
                } catch let error as KafkaError {
                    action = try next(&machine, Attempt(error.isTimeout ? error.retriable : error))
                    try await Task.sleep(for: .milliseconds(100))
                }
            case .finish(let cut):
                statistics.countCommit()
                statistics.record(.commit, .now - began)
                aborted = 0
                await gate.drop(cut)
                return nil
            case .resend:
                await gate.release()
                aborted += 1
                // librdkafka reports only that records were not delivered in time.
                rest("waiting before the next try")
                if aborted > 1, let problem = try await preflight.problem() {
                    warn("waiting: brokers or topics are not ready", ("problem", problem))
                }
                try await Task.sleep(for: .milliseconds(min(50 << min(aborted, 8), 5_000)))
                return nil
            case .end(let end):
                return end
            }
        }
    }

    // MARK: - Calls

    /// The outcome of a call, with its error.
    private struct Attempt {
        var outcome = TransactionMachine.Outcome.done
        var error: KafkaError?

        init() {}

        init(_ error: KafkaError) {
            self.error = error
            if error.isGroupLoss {
                outcome = .groupLost
            } else if error.isFenced {
                outcome = .fenced
            } else {
                switch error.severity {
                case .retriable: outcome = .retriable
                case .abortable: outcome = .abortable
                case .fatal, .other: outcome = .fatal
                }
            }
        }
    }

    private func attempt(_ call: () throws(KafkaError) -> Void) -> Attempt {
        do throws(KafkaError) {
            try call()
            return Attempt()
        } catch {
            return Attempt(error)
        }
    }

    private func check(_ attempt: Attempt) throws {
        guard let error = attempt.error else { return }
        if let failure = PipelineError(final: error) { throw failure }
        warn("transaction failed: trying again", ("error", error.message))
    }

    private func warn(_ message: String, _ fields: (String, String)...) {
        let now = ContinuousClock.now
        let text = ([message] + fields.map(\.1)).joined(separator: " ")
        // Do not repeat the warning for a persistent problem.
        if let last = lastWarnings[text], now - last < .seconds(10) { return }
        if lastWarnings.count > 100 { lastWarnings.removeAll() }
        lastWarnings[text] = now
        log.warning(message, fields)
    }

    /// - Parameter deadline: The time after which a new producer settles a call without an answer.
    private func next(
        _ machine: inout TransactionMachine, _ attempt: Attempt, by deadline: ContinuousClock.Instant? = nil
    ) throws -> TransactionMachine.Action {
        try check(attempt)
        if attempt.outcome == .retriable, let deadline, ContinuousClock.now > deadline {
            let time = options.transactionTimeout.milliseconds * 2 / 1_000
            warn("transaction timed out: settling it with a new producer", ("seconds", "\(time)"))
            return machine.unknown()
        }
        return machine.next(after: attempt.outcome, now: Monotonic.now)
    }

    private func renew() throws(KafkaError) {
        producer = nil
        let new = try Producer(
            options.kafka, transactionalID: options.transactionalID, transactionTimeout: options.transactionTimeout)
        try new.initTransactions(timeout: options.transactionTimeout)
        producer = new
    }

    /// Returns the producer. If there is none, the transaction machine creates another.
    private func working() throws(KafkaError) -> Producer {
        guard let producer else { throw KafkaError.noProducer }
        return producer
    }

    private func send(
        _ cut: Outbox.Cut, _ positions: [AssignedPartition: CommittedPosition], _ metadata: GroupMetadata
    ) throws(KafkaError) {
        let producer = try working()
        try producer.begin()
        let now = ClockCheck.wall
        for step in cut.steps {
            beat("sending records")
            let records = step.records
            for entry in records.entries {
                let headers = records.headers[entry.headers].map { (name: $0.name, value: $0.value) }
                try producer.produce(
                    to: options.topics.name(entry.topic), partition: entry.topic.partition(of: step.part),
                    key: Self.span(records, entry.key), value: Self.span(records, entry.value), headers: headers,
                    timestamp: Self.timestamp(entry, now: now),
                    timeout: options.transactionTimeout)
            }
        }
        // Meanwhile, the records are delivered.
        beat("sending offsets")
        try producer.sendOffsets(offsets(positions), group: metadata, timeout: options.transactionTimeout)
        beat("waiting for records to be delivered")
        try producer.flush(timeout: options.transactionTimeout)
    }

    /// Returns the timestamp of a record, in ms; `nil` for the time of its production. Brokers refuse records of the future,
    /// and delete old ones by their timestamps, so an old log's changes would be gone before anyone reads them.
    private static func timestamp(_ entry: RecordBuffer.Entry, now: Int64) -> Int64? {
        guard let time = entry.timestamp, time <= now, time > now - oldest else { return nil }
        return time
    }

    /// A day, in ms.
    private static let oldest: Int64 = 86_400_000

    /// Reports a heartbeat. A call may take as long as a transaction.
    private func beat(_ doing: String) {
        statistics.heartbeats.beat(.committer, doing, grace: options.transactionTimeout.milliseconds)
    }

    private func rest(_ doing: String) {
        statistics.heartbeats.rest(.committer, doing)
    }

    @_lifetime(borrow records)
    private static func span(_ records: borrowing RecordBuffer, _ range: Range<Int>?) -> Span<UInt8>? {
        guard let range else { return nil }
        return records.bytes.span.extracting(range)
    }

    private func offsets(_ positions: [AssignedPartition: CommittedPosition]) -> [PartitionOffset] {
        positions.sorted { $0.key < $1.key }.map { part, position in
            PartitionOffset(
                options.topics.partition(of: part), offset: position.offset, metadata: position.metadata)
        }
    }
}

extension TransactionMachine.Action {
    /// The activity for status messages.
    fileprivate var doing: String {
        switch self {
        case .send: "sending records"
        case .commit: "committing a transaction"
        case .abort: "aborting a transaction"
        case .renewProducer: "making a producer"
        case .ask: "asking for the committed positions"
        case .finish, .resend, .end: "ending a transaction"
        }
    }
}
