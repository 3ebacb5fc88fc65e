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
