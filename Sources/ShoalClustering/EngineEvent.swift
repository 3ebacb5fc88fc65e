/// A watch event in the engine's form: a reusable buffer.
public struct EngineEvent: Sendable {
    /// A topic's name as a range of `text`, and its weight in Q16.
    public struct Topic: Sendable {
        public var name: Range<Int>
        public var weight: UInt32

        public init(name: Range<Int>, weight: UInt32) {
            self.name = name
            self.weight = weight
        }
    }

    public var member: Pseudonym = 0
    public var order: UInt64 = 0
    /// A keyed hash of the event's id; `nil` if it has none, so that it is never a repetition.
    public var id: UInt64?
    public var text: [UInt8] = []
    public var topics: [Topic] = []
    /// Milliseconds. A duration of 0 means unknown.
    public var watched: Int64 = 0
    public var duration: Int64 = 0
    /// Milliseconds since 1970.
    public var time: Int64 = 0
    /// The time of the record, in milliseconds since 1970; `.max` if it has none, as in a file.
    public var recordTime: Int64 = .max

    /// What the clock reads of it.
    @inlinable
    public var tick: Tick { Tick(member: member, time: time, recordTime: recordTime) }

    /// What the clock reads of an event.
    public struct Tick: Sendable {
        public var member: Pseudonym
        public var time: Int64
        public var recordTime: Int64

        @inlinable
        public init(member: Pseudonym, time: Int64, recordTime: Int64) {
            self.member = member
            self.time = time
            self.recordTime = recordTime
        }
    }

    public init() {}
}
