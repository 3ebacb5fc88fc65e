import Foundation
public import ShoalClustering
public import ShoalKafka
public import ShoalSchemas

/// Determines the status of an application from Kafka only. It contacts no instance, joins no group and commits
/// nothing.
public struct StatusReader: Sendable {
    let application: String
    let topics: PipelineOptions.Topics
    let kafka: ClientConfiguration
    let admin: Admin
    let events: WatchEventReader
    /// `input.partitioner`. A model, if one exists, takes precedence with the application's original partitioner.
    let partitioner: Settings.Partitioner
    /// `epoch.future=allow`.
    let allowsFuture: Bool

    public init(
        application: String, topics: PipelineOptions.Topics, kafka: ClientConfiguration,
        input: WatchEventReader.Options, partitioner: Settings.Partitioner, allowsFuture: Bool
    ) throws(KafkaError) {
        self.partitioner = partitioner
        self.application = application
        self.topics = topics
        self.kafka = kafka
        self.allowsFuture = allowsFuture
        events = WatchEventReader(options: input)
        admin = try Admin(kafka)
    }

    /// Reads the status. Takes about 100 ms for a few partitions and near brokers.
    /// - Throws: `KafkaError` if no broker answers or a right is missing; `PipelineError` if the input does not exist.
    public func read() async throws -> ApplicationStatus {
        guard let count = try await admin.partitions(of: topics.input) else {
            throw PipelineError(.missingData, "\(topics.input) does not exist; create it with `shoal topics create`")
        }
        let group = try await admin.describe(group: application)
        var unknown: [String] = []
        let committed = try await committed(&unknown)
        var status = ApplicationStatus(
            application: application, timeMs: Int64(Date().timeIntervalSince1970 * 1_000),
            group: .init(state: group.state, assignor: group.assignor, instances: await instances(group)),
            partitions: [])
        let owners = Dictionary(
            status.group.instances.flatMap { instance in instance.partitions.map { ($0, instance.id) } }
        ) { first, _ in first }
        let marks = try await watermarks(of: topics.input, count)
        for partition in 0..<count {
            let found = marks[partition] ?? Admin.Watermarks(low: 0, high: 0)
            var entry = ApplicationStatus.Partition(
                partition: partition, instance: owners[partition], lowWatermark: found.low, highWatermark: found.high)
            let position = committed[TopicPartition(topics.input, partition)]
            entry.position = position?.offset
            (entry.phase, entry.epoch) = Self.phase(position)
            entry.lag = max(found.high - max(entry.position ?? found.low, found.low), 0)
            status.partitions.append(entry)
        }
        try await readEventTimes(&status, &unknown)
        try await readSnapshots(&status)
        let recorded = try await readModel(
            &status, committed: committed[TopicPartition(topics.deltas, 0)], &unknown)
        let sample = try await PlacementSample.read(topics.input, marks, of: count, kafka)
        status.placement = .init(sample, recorded ?? partitioner, topics.input)
        status.deadLettersAtMost = try await deadLetters()
        status.unknown = unknown
        return status
    }

    // MARK: - The group

    private func instances(_ group: Admin.Group) async -> [ApplicationStatus.Instance] {
        let foreign = await group.foreignMembers(
            admin, group: application, clientID: kafka.settings["client.id"], topics: [topics.input, topics.deltas])
        let names = Set(foreign.map(\.id))
        return group.members.map { member in
            ApplicationStatus.Instance(
                id: member.instance ?? member.client, host: member.host,
                partitions: member.partitions.filter { $0.topic == topics.input }.map(\.partition),
                isCoordinator: member.partitions.contains { $0.topic == topics.deltas }, client: member.client,
                isForeign: names.contains(member.id))
        }
    }

    private func committed(_ unknown: inout [String]) async throws -> [TopicPartition: PartitionOffset] {
        do throws(KafkaError) {
            return try await admin.committed(group: application)
        } catch {
            guard error.isTimeout else { throw error }
            unknown.append(
                "positions are those before an open transaction, which contains newer ones "
                    + "(`kafka-transactions.sh list` shows it)")
            return try await admin.committed(group: application, isStable: false)
        }
    }

    /// Returns the phase without the position in an opening, which is a pseudonym.
    private static func phase(_ position: PartitionOffset?) -> (String?, Epoch?) {
        let committed = position.map { CommittedPosition(offset: $0.offset, metadata: $0.metadata) }
        return switch committed?.handled?.phase {
        case .genesis: ("genesis", nil)
        case .open(let epoch): ("open", epoch)
        case .waiting(let epoch, _), .rotating(let epoch, _, _): ("waiting", epoch)
        case nil: (nil, nil)
        }
    }

    // MARK: - Watermarks and times

    /// Queries the watermarks of all partitions of a topic, several at a time.
    private func watermarks(of topic: String, _ count: Int32) async throws -> [Int32: Admin.Watermarks] {
        try await withThrowingTaskGroup(of: (Int32, Admin.Watermarks).self) { tasks in
            var found: [Int32: Admin.Watermarks] = [:]
            for partition in 0..<count {
                if partition >= 32, let (number, marks) = try await tasks.next() { found[number] = marks }
                tasks.addTask { [admin] in
                    (partition, try await admin.watermarks(of: TopicPartition(topic, partition)))
                }
            }
            for try await (number, marks) in tasks { found[number] = marks }
            return found
        }
    }

    /// The number of records examined for an event time.
    private static let sample = 16

    private func readEventTimes(_ status: inout ApplicationStatus, _ unknown: inout [String]) async throws {
        for index in status.partitions.indices where status.partitions[index].lag == 0 {
            status.partitions[index].eventTimeLagSeconds = 0
        }
        let behind = status.partitions.indices.filter { status.partitions[$0].lag > 0 }
        let ranges = behind.map { index in
            let partition = status.partitions[index]
            let (low, high) = (partition.lowWatermark, partition.highWatermark)
            return (
                at: RangeReader.Range(
                    partition: TopicPartition(topics.input, partition.partition),
                    from: max(partition.position ?? low, low), through: high, most: Self.sample),
                newest: RangeReader.Range(
                    partition: TopicPartition(topics.input, partition.partition),
                    from: max(low, high - Int64(2 * Self.sample)), through: high)
            )
        }
        let here = try await eventTimes(ranges.map(\.at))
        let newest = try await eventTimes(ranges.map(\.newest))
        for (place, index) in behind.enumerated() {
            if here.records[place] < Self.sample, !here.unread.contains(place) {
                // The range was read completely, so control records can be excluded.
                status.partitions[index].lag = Int64(here.records[place])
                if here.records[place] == 0 { status.partitions[index].eventTimeLagSeconds = 0 }
            }
            let times = (Self.middle(here.times[place]), Self.middle(newest.times[place].suffix(Self.sample)))
            (status.partitions[index].eventTimeMs, status.partitions[index].newestEventTimeMs) = times
            guard let at = times.0, let last = times.1 else { continue }
            status.partitions[index].eventTimeLagSeconds = Double(max(last - at, 0)) / 1_000
        }
        let stuck = Set(here.unread + newest.unread).sorted().map { status.partitions[behind[$0]].partition }
        if !stuck.isEmpty {
            unknown.append(
                "the last records of \(topics.input) partition \(Formatting.list(stuck)) cannot be read: a transaction is "
                    + "still open there")
        }
    }

    /// Returns the event times and the number of records in each range, and the incomplete ranges.
    private func eventTimes(
        _ ranges: [RangeReader.Range]
    ) async throws -> (times: [[Int64]], records: [Int], unread: [Int]) {
        var times = [[Int64]](repeating: [], count: ranges.count)
        var records = [Int](repeating: 0, count: ranges.count)
        var event = WatchEvent()
        let unread = try await RangeReader(kafka).read(ranges) { index, batch, message in
            records[index] += 1
            guard let value = batch.value(message) else { return }
            var time: Int64?
            try? events.readEach(
                value, key: batch.key(message), headers: events.readsHeaders ? batch.headers(message) : [],
                timestamp: batch.timestamp(message), isKeyedByViewer: !events.readsBatches, into: &event
            ) { time = max($0.time, time ?? 0) }
            if let time { times[index].append(time) }
        }
        return (times, records, Array(unread.keys))
    }

    private static func middle(_ times: some Sequence<Int64>) -> Int64? {
        let sorted = times.sorted()
        return sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 2]
    }

    private func readSnapshots(_ status: inout ApplicationStatus) async throws {
        guard let count = try await admin.partitions(of: topics.state) else { return }
        let marks = try await watermarks(of: topics.state, count)
        let numbers = marks.keys.sorted()
        // The last offsets may be control records.
        let ranges = numbers.map { number in
            let found = marks[number] ?? Admin.Watermarks(low: 0, high: 0)
            return RangeReader.Range(
                partition: TopicPartition(topics.state, number), from: max(found.low, found.high - 16),
                through: found.high)
        }
        var times: [Int32: Int64] = [:]
        _ = try await RangeReader(kafka).read(ranges) { index, batch, message in
            times[numbers[index]] = max(times[numbers[index]] ?? 0, batch.timestamp(message))
        }
        for index in status.partitions.indices {
            status.partitions[index].snapshotMs = times[status.partitions[index].partition].flatMap {
                $0 > 0 ? $0 : nil
            }
        }
    }

    private func deadLetters() async throws -> Int64 {
        guard let count = try await admin.partitions(of: topics.deadLetters) else { return 0 }
        return try await watermarks(of: topics.deadLetters, count).values.reduce(0) { $0 + $1.high - $1.low }
    }
}
