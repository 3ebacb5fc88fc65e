/// A partition that the group assigns: an input partition, or that of the delta topic.
public enum AssignedPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    case input(Int32)
    case deltas

    public var description: String {
        switch self {
        case .input(let partition): "input \(partition)"
        case .deltas: "deltas"
        }
    }

    /// The partition's number.
    public var number: Int32 {
        switch self {
        case .input(let partition): partition
        case .deltas: 0
        }
    }

    /// Orders inputs by number, then the delta topic.
    public static func < (left: AssignedPartition, right: AssignedPartition) -> Bool {
        switch (left, right) {
        case (.input(let left), .input(let right)): left < right
        case (.input, .deltas): true
        case (.deltas, _): false
        }
    }
}
