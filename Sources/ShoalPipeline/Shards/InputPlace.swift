package import ShoalClustering
package import ShoalKafka

/// A partition of the input, and which keys belong to it.
package struct InputPlace: Sendable {
    package let partitioner: Partitioner
    package let partition: Int32
    /// How many partitions the input has.
    package let count: Int32

    /// Returns nil for `any`, under which every record is well placed, and if the number of partitions is not known.
    package init?(_ partitioner: Settings.Partitioner, partition: Int32, of count: Int32) {
        guard let partitioner = partitioner.ofKeys, count > 0 else { return nil }
        self.partitioner = partitioner
        self.partition = partition
        self.count = count
    }

    /// Returns whether records with this key belong to the partition; about 10 ns.
    package func holds(_ key: Span<UInt8>) -> Bool {
        guard let right = partitioner.partition(of: key, count: count) else { return true }
        return right == partition
    }
}

extension Settings.Partitioner {
    /// The partitioner of records with a key; nil for `any`.
    package var ofKeys: Partitioner? { Partitioner(rawValue: rawValue) }
}
