/// One entry of a cluster's sum: a topic and the sum of its members' components.
public struct SumEntry: Equatable, Hashable, Sendable {
    public var topic: TopicNumber
    public var value: Int64

    @inlinable
    public init(topic: TopicNumber, value: Int64) {
        self.topic = topic
        self.value = value
    }
}

extension SumEntry: TopicEntry {}

extension [SumEntry] {
    /// Takes the values of a row with one for each topic, and leaves out zeros.
    init(row: [Int64]) {
        self = row.enumerated().compactMap { topic, value in
            value == 0 ? nil : SumEntry(topic: TopicNumber(topic), value: value)
        }
    }

    /// Returns the sums of both, ascending; values of common topics are combined.
    @inline(__always)
    func merged(with other: [SumEntry], _ combine: (Int64, Int64) -> Int64) -> [SumEntry] {
        var merged: [SumEntry] = []
        merged.reserveCapacity(count + other.count)
        var (left, right) = (0, 0)
        while left < count || right < other.count {
            if right == other.count || left < count && self[left].topic < other[right].topic {
                merged.append(self[left])
                left += 1
            } else if left == count || other[right].topic < self[left].topic {
                merged.append(other[right])
                right += 1
            } else {
                let value = combine(self[left].value, other[right].value)
                if value != 0 { merged.append(SumEntry(topic: self[left].topic, value: value)) }
                left += 1
                right += 1
            }
        }
        return merged
    }
}
