/// A decoded watch event: a buffer that is reused for every record, so that nothing is allocated.
public struct WatchEvent: Sendable {
    /// A topic's name as a range of `text`, and its weight in Q16.
    public struct Topic: Equatable, Sendable {
        public var name: Range<Int>
        public var weight: UInt32
    }

    /// The bytes of all names and ids.
    public internal(set) var text: [UInt8] = []
    public internal(set) var viewer: Range<Int> = 0..<0
    /// The event id. Empty if there is none, so that the event is never a repetition.
    public internal(set) var id: Range<Int> = 0..<0
    public internal(set) var video: Range<Int> = 0..<0
    /// Topics in order of first appearance, with distinct names.
    public internal(set) var topics: [Topic] = []
    /// How many topics were added, repetitions included.
    private var entries = 0
    /// Milliseconds watched, 0 … 2⁵³.
    public internal(set) var watched: Int64 = 0
    /// The video's length in milliseconds; 0 if unknown.
    public internal(set) var duration: Int64 = 0
    /// Milliseconds since 1970.
    public internal(set) var time: Int64 = 0
    /// The field that is being read, for `fault`; nil: none of those that are known.
    var place: Fault.Field?
    /// The byte of the JSON text at which reading stopped; nil: it did not stop, or the text is Protobuf.
    var stoppedAt: Int?

    /// Limits of an event, see docs/determinism.md.
    public static let largestValue = 1 << 20
    static let mostTopics = 256
    /// The most entries of topics, repetitions included: each is compared with all topics before it.
    static let mostEntries = 1_024
    static let longestName = 256
    static let longestID = 1_024
    static let largestNumber: Int64 = 1 << 53
    static let latestTime = TimeRange.latest

    public init() {
        text.reserveCapacity(1_024)
        topics.reserveCapacity(16)
    }

    mutating func clear() {
        text.removeAll(keepingCapacity: true)
        topics.removeAll(keepingCapacity: true)
        entries = 0
        viewer = 0..<0
        id = 0..<0
        video = 0..<0
        (watched, duration, time) = (0, 0, 0)
        (place, stoppedAt) = (nil, nil)
    }

    /// Returns to an earlier state of this event, after which fields were only added.
    mutating func back(to earlier: WatchEvent) {
        text.removeSubrange(earlier.text.count...)
        topics.removeAll(keepingCapacity: true)
        topics += earlier.topics
        entries = earlier.entries
        (viewer, id, video) = (earlier.viewer, earlier.id, earlier.video)
        (watched, duration, time) = (earlier.watched, earlier.duration, earlier.time)
        (place, stoppedAt) = (nil, nil)
    }

    /// Describes why the record that was read last was refused.
    /// - Parameter rejection: the error that the reader threw.
    public func fault(_ rejection: Rejection) -> Fault {
        Fault(
            rejection, field: place, unit: TimeRange.unit(of: time),
            byte: rejection == .badJSON || rejection == .badField ? stoppedAt : nil)
    }

    /// Adds a topic, or adds its weight to a topic of the same name.
    mutating func add(_ name: Range<Int>, weight: UInt32) throws(Rejection) {
        if name.isEmpty { throw .missingTopicName }
        if name.count > Self.longestName { throw .topicTooLong }
        entries += 1
        if entries > Self.mostEntries { throw .tooManyTopics }
        for index in topics.indices where equal(topics[index].name, name) {
            let (sum, overflow) = topics[index].weight.addingReportingOverflow(weight)
            topics[index].weight = overflow ? .max : sum
            return
        }
        if topics.count == Self.mostTopics { throw .tooManyTopics }
        topics.append(Topic(name: name, weight: weight))
    }

    private func equal(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        let (left, right) = (text.span.extracting(left), text.span.extracting(right))
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// Appends bytes to the text.
    @inline(__always)
    mutating func append(_ span: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        let start = text.count
        // Safe: the caller's range is within the span.
        unsafe span.extracting(range).withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
        return start..<text.count
    }

    /// Returns whether a range of the text is valid UTF-8.
    func isUTF8(_ range: Range<Int>) -> Bool {
        let bytes = text.span.extracting(range)
        var bits: UInt64 = 0
        if bytes.count >= 8 {
            // Safe: any eight bytes are a UInt64, and they are within the span. The last ones may be checked twice.
            for offset in stride(from: 0, through: bytes.count - 8, by: 8) {
                bits |= unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            }
            bits |= unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        } else {
            for offset in bytes.indices { bits |= UInt64(bytes[offset]) }
        }
        return bits & 0x8080_8080_8080_8080 == 0 || (try? UTF8Span(validating: bytes)) != nil
    }
}
