public import ShoalClustering
public import ShoalKafka

/// The dead-letter topic from an operator's view: its dead letters, and which of them were resubmitted.
public struct DeadLetterBox: Sendable {
    private let kafka: ClientConfiguration
    private let topic: String
    private let admin: Admin

    public init(_ kafka: ClientConfiguration, topic: String) throws(KafkaError) {
        self.kafka = kafka
        self.topic = topic
        admin = try Admin(kafka)
    }

    /// Returns the positions of resubmitted dead letters.
    /// - Throws: See `read`.
    public func resubmitted() async throws -> Set<DeadLetterEntry.Place> {
        var places: Set<DeadLetterEntry.Place> = []
        try await scan(try await ranges(nil, nil)) { batch, index, _ in
            if let noted = DeadLetterEntry.noted(batch, index) { places.formUnion(noted) }
            return true
        }
        return places
    }

    /// Visits the current dead letters, partition by partition.
    /// - Parameters:
    ///   - from, until: The range of write times in ms since 1970, without `until`; nil: no bound.
    ///   - onInvalid: Called with topic and place of each record that is neither a dead letter nor a note.
    ///   - visit: Returns false to stop.
    /// - Throws: `PipelineError` if the topic does not exist, or if a transaction on it stays open; `KafkaError`.
    public func read(
        from: Int64? = nil, until: Int64? = nil, onInvalid: (String, DeadLetterEntry.Place) -> Void = { _, _ in },
        _ visit: (DeadLetterEntry) throws -> Bool
    ) async throws {
        try await scan(try await ranges(from, until)) { batch, index, partition in
            guard let entry = DeadLetterEntry(batch, index, partition: partition) else {
                if DeadLetterEntry.noted(batch, index) == nil {
                    onInvalid(topic, .init(partition: partition, offset: batch.offset(index)))
                }
                return true
            }
            return try visit(entry)
        }
    }

    private func ranges(_ from: Int64?, _ until: Int64?) async throws -> [RangeReader.Range] {
        guard let count = try await admin.partitions(of: topic) else {
            throw PipelineError(.missingData, "\(topic) does not exist; create it with `shoal topics create`")
        }
        var ranges: [RangeReader.Range] = []
        for number in 0..<count {
            let partition = TopicPartition(topic, number)
            let marks = try await admin.watermarks(of: partition)
            var range = RangeReader.Range(partition: partition, from: marks.low, through: marks.high)
            if let from { range.from = try await admin.offset(of: partition, atTime: from) }
            if let until { range.through = min(range.through, try await admin.offset(of: partition, atTime: until)) }
            ranges.append(range)
        }
        return ranges
    }

    private func scan(
        _ ranges: [RangeReader.Range], _ visit: (borrowing MessageBatch, Int, Int32) throws -> Bool
    ) async throws {
        let reader = try RangeReader(kafka, isShort: false)
        var isWanted = true
        for range in ranges where isWanted {
            let unread = try await reader.read([range], patience: .seconds(10)) { _, batch, index in
                if isWanted { isWanted = try visit(batch, index, range.partition.partition) }
            }
            if isWanted, let position = unread[0] {
                throw PipelineError(
                    .kafka, WatchedReader.hanging(topic, partition: range.partition.partition, position))
            }
        }
    }

    // MARK: - Resubmission

    /// Sends dead letters to the input again, and records this in the dead-letter topic, in one transaction.
    public struct Resubmission {
        private let producer: Producer
        private let input: String
        private let partitions: Int32
        /// nil: letters go to the partition that they came from.
        private let partitioner: Partitioner?
        private let deadLetters: String
        private var places: [DeadLetterEntry.Place] = []
        private var bytes = 0
        /// The number of committed dead letters.
        public private(set) var sent = 0

        /// The limits of a transaction.
        private static let most = (letters: 500, bytes: 4 << 20)
        private static let timeout = Duration.seconds(60)

        /// - Parameters:
        ///   - partitions: of the input.
        ///   - partitioner: `input.partitioner`.
        public init(
            _ kafka: ClientConfiguration, application: String, input: String, partitions: Int32,
            partitioner: Settings.Partitioner, deadLetters: String
        ) throws(KafkaError) {
            self.partitioner = partitioner.ofKeys
            self.input = input
            self.partitions = partitions
            self.deadLetters = deadLetters
            // No instance has this transactional id, so it fences only another resubmission.
            producer = try Producer(
                kafka, transactionalID: "\(application)--resubmit", transactionTimeout: Self.timeout)
            try producer.initTransactions(timeout: Self.timeout)
        }

        /// Sends one, with its key, value and headers as they were, to the partition that the partitioner gives for its
        /// key; without a key, or with `any`, to the one that it came from.
        public mutating func add(_ letter: DeadLetterEntry) throws(KafkaError) {
            if places.isEmpty { try producer.begin() }
            let marker = Array("\(deadLetters) \(letter.place)".utf8)
            let right = letter.key.flatMap { partitioner?.partition(of: $0.span, count: partitions) }
            let origin = letter.origin.partition < partitions ? letter.origin.partition : nil
            try producer.produce(
                to: input, partition: right ?? origin,
                key: letter.key?.span, value: letter.value?.span,
                headers: letter.headers + [(DeadLetterEntry.marker, marker)])
            places.append(letter.place)
            bytes += (letter.key?.count ?? 0) + (letter.value?.count ?? 0)
            if places.count >= Self.most.letters || bytes >= Self.most.bytes { try commit() }
        }

        /// Commits the added dead letters.
        public mutating func commit() throws(KafkaError) {
            guard !places.isEmpty else { return }
            let note = Array(places.map { "\($0)\n" }.joined().utf8)
            try producer.produce(
                to: deadLetters, key: nil, value: note.span,
                headers: [(DeadLetterEntry.note, Array("\(places.count)".utf8))])
            try producer.flush(timeout: Self.timeout)
            try producer.commit(timeout: Self.timeout)
            sent += places.count
            places.removeAll()
            bytes = 0
        }
    }
}
