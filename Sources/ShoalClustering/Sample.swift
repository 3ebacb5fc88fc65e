/// A sampled member: its keyed sample order and its direction, without its pseudonym.
public struct Sample: Equatable, Sendable {
    /// The viewer's keyed sample order.
    public var order: UInt64
    /// Topics ascending, no zero.
    public var direction: [Component]

    public init(order: UInt64, direction: [Component]) {
        self.order = order
        self.direction = direction
    }
}
