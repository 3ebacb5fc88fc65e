public import Clustering
public import Kafka

/// How the keys of the newest input records are placed: which partitioners would have put them where they are.
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

    /// Returns how many of the keys are in the partition that the partitioner gives.
    public func agreeing(with partitioner: Partitioner) -> Int { agreeing[partitioner] ?? 0 }

    /// Returns how many of the keys are in another partition; 0 under `any`.
    public func misplaced(_ setting: Settings.Partitioner) -> Int {
        setting.ofKeys.map { keys - agreeing(with: $0) } ?? 0
    }

    /// Fewer keys than these prove nothing: in few partitions, a key is often in the right one by chance.
    private static let leastKeys = 8

    /// Returns the partitioner that the records were written with, if it is certain that it is not the setting's.
    ///
    /// A quarter of the keys is misplaced, since in two partitions half of them are in the right one by chance; and nine of ten
    /// keys agree with the other partitioner, since a few records may have been placed by hand.
    public func contradicts(_ setting: Settings.Partitioner) -> Partitioner? {
        guard keys >= Self.leastKeys, misplaced(setting) * 4 >= keys else { return nil }
        return Partitioner.allCases.first { $0 != setting.ofKeys && agreeing(with: $0) * 10 >= keys * 9 }
    }

    /// Says how many keys are misplaced, and what they agree with; nil if all are in the right partition.
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
    ///   - marks: the watermarks of the input's partitions, or of some of them.
    ///   - count: how many partitions the input has.
    static func read(
        _ topic: String, _ marks: [Int32: Admin.Watermarks], of count: Int32, _ kafka: ClientConfiguration
    ) async throws -> PlacementSample {
        var sample = PlacementSample()
        guard count > 1 else { return sample }
        // Those with the most records first: they tell most.
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
