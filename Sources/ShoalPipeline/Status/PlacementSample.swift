public import ShoalClustering
public import ShoalKafka

/// Compares the partitions of keys in the newest input records with those that each partitioner gives.
public struct PlacementSample: Equatable, Sendable {
    /// Pairs of a key and a partition that holds records with it.
    public private(set) var keys = 0
    private var agreeing: [Partitioner: Int] = [:]

    public init() {}

    /// Counts a key in a partition of a topic with `count` partitions. The caller counts each pair once.
    public mutating func add(_ key: Span<UInt8>, in partition: Int32, of count: Int32) {
        guard key.count > 0 else { return }
        keys += 1
        for partitioner in Partitioner.allCases where partitioner.partition(of: key, count: count) == partition {
            agreeing[partitioner, default: 0] += 1
        }
    }

    /// Returns the number of keys in the partition that the partitioner gives.
    public func agreeing(with partitioner: Partitioner) -> Int { agreeing[partitioner] ?? 0 }

    /// Returns the number of keys in another partition; 0 for `any`.
    public func misplaced(_ setting: Settings.Partitioner) -> Int {
        setting.ofKeys.map { keys - agreeing(with: $0) } ?? 0
    }

    /// The minimum number of keys for a conclusion: with few partitions, a key is often in the right one by chance.
    private static let leastKeys = 8

    /// Returns the partitioner that the records were written with, if it is certain that it is not the setting's.
    ///
    /// At least a quarter of the keys must be misplaced, because in two partitions half of them are in the right one by
    /// chance. Nine of ten keys must agree with the other partitioner, because a few records may have been placed
    /// manually.
    public func contradicts(_ setting: Settings.Partitioner) -> Partitioner? {
        guard keys >= Self.leastKeys, misplaced(setting) * 4 >= keys else { return nil }
        return Partitioner.allCases.first { $0 != setting.ofKeys && agreeing(with: $0) * 10 >= keys * 9 }
    }

    /// Returns a message with the number of misplaced keys and the partitioners that they agree with; nil if all keys
    /// are in the right partition.
    public func text(_ topic: String, _ setting: Settings.Partitioner) -> String? {
        let misplaced = misplaced(setting)
        guard misplaced > 0 else { return nil }
        let others = Partitioner.allCases.filter { $0 != setting.ofKeys }
        let counts = others.map { "\($0.rawValue) agrees with \(agreeing(with: $0)) of them" }.joined(separator: ", ")
        return "\(misplaced) of \(keys) keys in the newest records of \(topic) are in another partition than "
            + "input.partitioner=\(setting.rawValue) gives (\(counts))"
    }
}

extension PlacementSample {
    /// Partitions that are sampled, and records of each: enough to judge, and read in some 100 ms.
    static let partitions = 32
    static let records = 32

    /// Reads the newest records.
    /// - Parameters:
    ///   - marks: The watermarks of all or some input partitions.
    ///   - count: The number of input partitions.
    static func read(
        _ topic: String, _ marks: [Int32: Admin.Watermarks], of count: Int32, _ kafka: ClientConfiguration
    ) async throws -> PlacementSample {
        var sample = PlacementSample()
        guard count > 1 else { return sample }
        // Prefer the partitions with the most records, which are the most significant ones.
        let chosen = marks.sorted { ($1.value.records, $0.key) < ($0.value.records, $1.key) }.prefix(partitions)
        let ranges = chosen.map { number, marks in
            RangeReader.Range(
                partition: TopicPartition(topic, number), from: max(marks.low, marks.high - Int64(records)),
                through: marks.high, most: records)
        }
        var seen: [Int: Set<[UInt8]>] = [:]
        _ = try await RangeReader(kafka).read(ranges, patience: .seconds(2)) { index, batch, message in
            guard let key = batch.keyBytes(message), seen[index, default: []].insert(key).inserted else { return }
            sample.add(key.span, in: ranges[index].partition.partition, of: count)
        }
        return sample
    }
}

extension Admin.Watermarks {
    fileprivate var records: Int64 { high - low }
}
