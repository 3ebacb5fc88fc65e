/// One entry of a direction or of a centroid: a topic and its component, 0 … 32,767 (Q15).
public struct Component: Equatable, Hashable, Sendable {
    public var topic: TopicNumber
    public var value: UInt16

    @inlinable
    public init(topic: TopicNumber, value: UInt16) {
        self.topic = topic
        self.value = value
    }
}

extension Component: TopicEntry {}
extension SumEntry: TopicEntry {}

/// An entry of a sparse vector with ascending topics.
protocol TopicEntry {
    var topic: TopicNumber { get }
}

extension Array where Element: TopicEntry {
    /// Visits the entries of common topics in ascending order.
    @inline(__always)
    func forEachCommon<Other: TopicEntry>(with other: [Other], _ body: (Element, Other) -> Void) {
        var (i, j) = (0, 0)
        while i < count, j < other.count {
            if self[i].topic < other[j].topic {
                i += 1
            } else if other[j].topic < self[i].topic {
                j += 1
            } else {
                body(self[i], other[j])
                i += 1
                j += 1
            }
        }
    }
}

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
