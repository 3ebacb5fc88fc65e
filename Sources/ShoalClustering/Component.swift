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
