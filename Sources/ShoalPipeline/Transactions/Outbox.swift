/// Output that no committed transaction holds yet: steps, each with the position at its end (a commit point).
///
/// A transaction ends at a commit point. Steps of one partition keep their order. A step without records is joined to
/// the next one of its partition if there is nothing in between.
public struct Outbox: Sendable {
    /// The records of one or more steps, and the position after them.
    public struct Step: Equatable, Sendable {
        public var part: AssignedPartition
        public var position: CommittedPosition
        public var records: RecordBuffer
        /// Whether it contains an epoch delta or a model, which other components wait for.
        public var isUrgent: Bool

        public init(
            part: AssignedPartition, position: CommittedPosition, records: RecordBuffer = .init(),
            isUrgent: Bool = false
        ) {
            self.part = part
            self.position = position
            self.records = records
            self.isUrgent = isUrgent
        }
    }

    /// The first steps of an outbox, for one transaction.
    public struct Cut: Equatable, Sendable {
        public var steps: [Step]
        public var bytes: Int
        /// The positions that these steps move.
        public var moved: [AssignedPartition: CommittedPosition]
    }

    private var steps: [Step] = []
    private var first = 0
    /// The number of steps in the current transaction. Nothing is joined to them.
    private var taken = 0
    /// The size of waiting keys, values and headers in bytes.
    public private(set) var bytes = 0
    /// The number of waiting urgent steps.
    public private(set) var urgent = 0

    public init() {}

    public var isEmpty: Bool { first == steps.count }
    public var count: Int { steps.count - first }

    public mutating func append(_ step: Step) {
        bytes += step.records.size
        if step.isUrgent { urgent += 1 }
        if count > taken, let last = steps.last, last.part == step.part, last.records.isEmpty, !last.isUrgent {
            steps[steps.count - 1] = step
        } else {
            steps.append(step)
        }
    }

    /// Returns the first steps, up to `limit` bytes but at least one, or `nil` if there is none. They remain until
    /// `drop`.
    public mutating func cut(limit: Int) -> Cut? {
        guard !isEmpty else { return nil }
        var end = first
        var size = 0
        while end < steps.count, end == first || size + steps[end].records.size <= limit {
            size += steps[end].records.size
            end += 1
        }
        taken = end - first
        var moved: [AssignedPartition: CommittedPosition] = [:]
        for step in steps[first..<end] { moved[step.part] = step.position }
        return Cut(steps: Array(steps[first..<end]), bytes: size, moved: moved)
    }

    /// Removes the steps of a committed cut.
    public mutating func drop(_ cut: Cut) {
        for index in first..<first + cut.steps.count {
            bytes -= steps[index].records.size
            if steps[index].isUrgent { urgent -= 1 }
            // Free the records now, and the element later.
            steps[index].records = RecordBuffer()
        }
        first += cut.steps.count
        taken = 0
        if first > 1_024 || first == steps.count {
            steps.removeFirst(first)
            first = 0
        }
    }

    /// Returns the steps of an aborted transaction, to be sent again.
    public mutating func release() {
        taken = 0
    }
}
