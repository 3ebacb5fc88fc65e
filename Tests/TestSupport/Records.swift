public import ShoalKafka

/// A record as read by a test.
public struct TestRecord: Hashable, Sendable {
    public var partition: Int32
    public var offset: Int64
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [String: [UInt8]] = [:]

    public init(
        partition: Int32, offset: Int64, key: [UInt8]?, value: [UInt8]?, headers: [String: [UInt8]] = [:]
    ) {
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
        self.headers = headers
    }

    public var keyText: String { String(decoding: key ?? [], as: UTF8.self) }
    public var valueText: String { String(decoding: value ?? [], as: UTF8.self) }
}

extension TestBroker {
    public func configuration(_ settings: [String: String] = [:]) -> ClientConfiguration {
        ClientConfiguration(["bootstrap.servers": bootstrap].merging(settings) { $1 })
    }

    /// Creates topics and waits until they are available.
    public func create(_ topics: [String: Int32]) async throws {
        let admin = try Admin(configuration())
        let errors = try await admin.create(
            topics.map { name, partitions in
                let settings = name.hasSuffix("-state") ? ["cleanup.policy": "compact"] : [:]
                return Admin.NewTopic(name, partitions: partitions, configuration: settings)
            })
        if let error = errors.values.first(where: { !$0.isTopicExists }) { throw error }
        for (topic, count) in topics {
            while try await admin.partitions(of: topic) != count { try await Task.sleep(for: .milliseconds(20)) }
        }
        if kind.isApache { try await Task.sleep(for: .milliseconds(150)) }
    }

    /// Returns all committed records of a topic at the time of the call, by partition.
    public func records(of topic: String, settings: [String: String] = [:]) async throws -> [TestRecord] {
        let admin = try Admin(configuration(settings))
        // At the end of the log, a broker delays its response for as long as this allows.
        let quick = ["fetch.wait.max.ms": "5"].merging(settings) { $1 }
        let client = try ReaderClient(configuration(quick))
        var readers: [(reader: PartitionReader, end: Int64)] = []
        for partition in 0..<(try await admin.partitions(of: topic) ?? 0) {
            let marks = try await admin.watermarks(of: TopicPartition(topic, partition))
            readers.append((try client.reader(topic: topic, partition: partition, from: marks.low), marks.high))
        }
        var found: [TestRecord] = []
        let end = ContinuousClock.now + patience
        for (reader, high) in readers {
            while reader.position < high {
                guard ContinuousClock.now < end else {
                    throw BrokerUnavailable(what: "\(topic) [\(reader.partition)]: \(reader.position) of \(high)")
                }
                let batch = try reader.poll(max: 2_000)
                if batch.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
                for index in 0..<batch.count {
                    found.append(
                        TestRecord(
                            partition: reader.partition, offset: batch.offset(index), key: batch.keyBytes(index),
                            value: batch.valueBytes(index),
                            headers: Dictionary(batch.headers(index).map { ($0.name, $0.value) }) { $1 }))
                }
            }
        }
        return found
    }
}

extension Producer {
    /// Produces text.
    public func produce(to topic: String, partition: Int32? = nil, key: String?, value: String?) throws {
        let keyBytes = Array((key ?? "").utf8)
        let valueBytes = Array((value ?? "").utf8)
        try produce(
            to: topic, partition: partition, key: key == nil ? nil : keyBytes.span,
            value: value == nil ? nil : valueBytes.span)
    }
}
