import ShoalClustering

@testable import ShoalPipeline

/// An in-memory Kafka with the features that the protocol depends on: logs with last stable offsets and control
/// records, transactions with producer epochs by `transactional.id`, markers that arrive individually in any order, a
/// group whose offsets are fenced by member and generation only, and stable positions.
///
/// It is passive: the scheduler triggers markers, timeouts and rebalances.
struct SimulatedKafka {
    enum Topic: Hashable {
        case input(Int32)
        case deltas
        case models
        case changes
        case members
        case clusters
        case deadLetters
        case state(Int32)

        /// - Parameter part: The part that produces the record.
        init(_ topic: RecordBuffer.Topic, of part: AssignedPartition) {
            self =
                switch topic {
                case .changes: .changes
                case .members: .members
                case .clusters: .clusters
                case .deltas: .deltas
                case .models: .models
                case .deadLetters: .deadLetters
                case .state: .state(part.number)
                }
        }
    }

    enum Failure: Error, Equatable {
        /// A newer producer has the id, or the broker has aborted the transaction.
        case fenced
        /// The generation or the member is unknown, because the group has rebalanced.
        case groupLost
        /// Another process has the instance's id.
        case fencedInstance
        /// The last transaction's markers have not arrived, or the offsets are not stable yet. Retry.
        case notYet
        /// Retention has deleted the offset.
        case outOfRange
    }

    private struct Producer {
        var epoch = 0
        var transaction: SimulatedTransaction?
    }

    private(set) var logs: [Topic: SimulatedLog] = [:]
    var group = SimulatedGroup()
    private(set) var positions: [AssignedPartition: CommittedPosition] = [:]
    private(set) var transactions: [SimulatedTransaction] = []
    /// Producers by `transactional.id`.
    private var producers: [Int: Producer] = [:]
    var now = 0

    subscript(topic: Topic) -> SimulatedLog {
        get { logs[topic] ?? SimulatedLog() }
        set { logs[topic] = newValue }
    }

    mutating func update(_ topic: Topic, _ body: (inout SimulatedLog) -> Void) {
        body(&logs[topic, default: SimulatedLog()])
    }

    // MARK: - Producers

    /// `init_transactions`: fences older producers of the id and aborts their open transactions.
    /// - Returns: The epoch.
    mutating func initTransactions(_ id: Int) throws(Failure) -> Int {
        var producer = producers[id] ?? Producer()
        defer { producers[id] = producer }
        if let transaction = producer.transaction {
            if transaction.state == .open {
                producer.epoch += 1
                transaction.state = .aborted
            }
            throw .notYet
        }
        producer.epoch += 1
        return producer.epoch
    }

    mutating func produce(
        _ id: Int, _ epoch: Int, to topic: Topic, key: [UInt8]?, value: SimulatedLog.Value
    ) throws(Failure) {
        let transaction = try transaction(id, epoch)
        if logs[topic, default: SimulatedLog()].append(key: key, value: value, of: transaction) {
            transaction.unmarked.append(.log(topic))
        }
    }

    /// `send_offsets_to_transaction`. A generation of −1 without a member is not checked at all, as in Kafka.
    mutating func sendOffsets(
        _ id: Int, _ epoch: Int, _ offsets: [AssignedPartition: CommittedPosition], _ metadata: SimulatedGroup.Metadata?
    ) throws(Failure) {
        let transaction = try transaction(id, epoch)
        if let metadata { try group.check(metadata) }
        transaction.offsets.merge(offsets) { _, new in new }
        if !transaction.unmarked.contains(.group) { transaction.unmarked.append(.group) }
    }

    /// Commits or aborts. Returns before the markers have arrived.
    mutating func end(_ id: Int, _ epoch: Int, _ state: SimulatedTransaction.State) throws(Failure) {
        guard producers[id]?.epoch == epoch else { throw .fenced }
        if let transaction = producers[id]?.transaction, transaction.state == .open { transaction.state = state }
    }

    private mutating func transaction(_ id: Int, _ epoch: Int) throws(Failure) -> SimulatedTransaction {
        guard let producer = producers[id], producer.epoch == epoch else { throw .fenced }
        if let transaction = producer.transaction {
            guard transaction.state == .open else { throw .notYet }
            return transaction
        }
        let transaction = SimulatedTransaction(began: now)
        producers[id]?.transaction = transaction
        transactions.append(transaction)
        return transaction
    }

    /// Returns whether the producer has an open transaction with offsets.
    func hasPendingOffsets(_ id: Int) -> Bool {
        guard let transaction = producers[id]?.transaction, transaction.state == .open else { return false }
        return transaction.unmarked.contains(.group)
    }

    // MARK: - Actions of the brokers

    /// Delivers one marker of an ended transaction to one of its participants, selected by `draw`.
    /// - Returns: False if there was none to deliver.
    mutating func deliverMarker(_ draw: (Int) -> Int) -> Bool {
        let ended = transactions.filter { $0.state != .open }
        guard !ended.isEmpty else { return false }
        let transaction = ended[draw(ended.count)]
        if !transaction.unmarked.isEmpty {
            switch transaction.unmarked.remove(at: draw(transaction.unmarked.count)) {
            case .log(let topic):
                update(topic) { $0.mark(transaction) }
            case .group:
                if transaction.state == .committed {
                    positions.merge(transaction.offsets) { _, new in new }
                }
                transaction.offsets = [:]
            }
        }
        if transaction.unmarked.isEmpty {
            transactions.removeAll { $0 === transaction }
            for (id, producer) in producers where producer.transaction === transaction {
                producers[id]?.transaction = nil
            }
        }
        return true
    }

    /// Aborts transactions that have been open for longer than `age`, and fences their producers.
    mutating func timeOut(age: Int) {
        for (id, producer) in producers {
            guard let transaction = producer.transaction, transaction.state == .open, now - transaction.began > age
            else { continue }
            transaction.state = .aborted
            producers[id]?.epoch += 1
        }
    }

    // MARK: - Positions

    /// Returns the committed position; `nil` for none.
    /// - Throws: `notYet` while a transaction holds one, unless `isStable` is false.
    func position(of part: AssignedPartition, isStable: Bool = true) throws(Failure) -> CommittedPosition? {
        if isStable, transactions.contains(where: { $0.offsets[part] != nil }) { throw .notYet }
        return positions[part]
    }

    /// Deletes the group's offsets, as Kafka does if the group is empty for too long.
    mutating func forgetPositions() {
        timeOut(age: -1)
        while deliverMarker({ _ in 0 }) {}
        positions = [:]
        group = SimulatedGroup()
    }
}
