/// What has been produced and no committed transaction holds yet: steps, each with the position at its end (a mark).
///
/// A transaction ends at a mark. Steps of one part stay in their order; steps without records are joined to the
/// next one of their part where nothing lies between.
public struct Outbox: Sendable {
    /// Records of one or more steps, and the position after them.
    public struct Step: Equatable, Sendable {
        public var part: Part
        public var position: CommittedPosition
        public var records: RecordBuffer
        /// A closing or a model is in it: the others wait for it.
        public var isUrgent: Bool

        public init(part: Part, position: CommittedPosition, records: RecordBuffer = .init(), isUrgent: Bool = false) {
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
        /// The position of each part that moves, after these steps.
        public var moved: [Part: CommittedPosition]
    }

    private var steps: [Step] = []
    private var first = 0
    /// How many steps a transaction under way holds: nothing is joined to them.
    private var taken = 0
    /// Bytes of keys, values and headers that wait.
    public private(set) var bytes = 0
    /// Urgent steps that wait.
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

    /// The first steps, up to `limit` bytes but at least one; nil where there is none. They stay until `drop`.
    public mutating func cut(limit: Int) -> Cut? {
        guard !isEmpty else { return nil }
        var end = first
        var size = 0
        while end < steps.count, end == first || size + steps[end].records.size <= limit {
            size += steps[end].records.size
            end += 1
        }
        taken = end - first
        var moved: [Part: CommittedPosition] = [:]
        for step in steps[first..<end] { moved[step.part] = step.position }
        return Cut(steps: Array(steps[first..<end]), bytes: size, moved: moved)
    }

    /// The steps of a cut are known to be committed.
    public mutating func drop(_ cut: Cut) {
        for index in first..<first + cut.steps.count {
            bytes -= steps[index].records.size
            if steps[index].isUrgent { urgent -= 1 }
            // The place is given back later, and the records now.
            steps[index].records = RecordBuffer()
        }
        first += cut.steps.count
        taken = 0
        if first > 1_024 || first == steps.count {
            steps.removeFirst(first)
            first = 0
        }
    }

    /// The transaction was aborted; its steps will be sent again.
    public mutating func release() {
        taken = 0
    }
}
