internal import Clustering

/// Decoded events of one partition, one behind the other in three arrays: no object an event.
struct EventChunk: Sendable {
    /// An event but for its topics.
    private struct Head {
        var member: Pseudonym
        var order: UInt64
        /// 0 where there is none: `hasID` tells.
        var id: UInt64
        var watched: Int64
        var duration: Int64
        var time: Int64
        var topics: UInt32
        var hasID: Bool
    }

    private struct Topic {
        var length: UInt32
        var weight: UInt32
    }

    /// Where a reader stands.
    struct Cursor {
        fileprivate var head = 0
        fileprivate var topic = 0
        fileprivate var text = 0
    }

    private var heads: [Head] = []
    private var topics: [Topic] = []
    private var text: [UInt8] = []

    init() {}

    var count: Int { heads.count }
    var isEmpty: Bool { heads.isEmpty }

    /// Bytes that it takes.
    var size: Int {
        heads.count * MemoryLayout<Head>.stride + topics.count * MemoryLayout<Topic>.stride + text.count
    }

    mutating func append(_ event: borrowing EngineEvent) {
        heads.append(
            Head(
                member: event.member, order: event.order, id: event.id ?? 0, watched: event.watched,
                duration: event.duration, time: event.time, topics: UInt32(event.topics.count), hasID: event.id != nil))
        for topic in event.topics {
            topics.append(Topic(length: UInt32(topic.name.count), weight: topic.weight))
        }
        text.append(contentsOf: event.text)
    }

    /// Reads the next event.
    /// - Returns: false at the end.
    func next(_ cursor: inout Cursor, into event: inout EngineEvent) -> Bool {
        guard cursor.head < heads.count else { return false }
        let head = heads[cursor.head]
        cursor.head += 1
        event.member = head.member
        event.order = head.order
        event.id = head.hasID ? head.id : nil
        event.watched = head.watched
        event.duration = head.duration
        event.time = head.time
        event.text.removeAll(keepingCapacity: true)
        event.topics.removeAll(keepingCapacity: true)
        let start = cursor.text
        var end = 0
        for topic in topics[cursor.topic..<cursor.topic + Int(head.topics)] {
            event.topics.append(.init(name: end..<end + Int(topic.length), weight: topic.weight))
            end += Int(topic.length)
        }
        event.text.append(contentsOf: text[start..<start + end])
        cursor.topic += Int(head.topics)
        cursor.text += end
        return true
    }

    // MARK: - As bytes

    /// The three arrays, for a file that this process alone reads.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 12)
        for count in [heads.count, topics.count, text.count] {
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
        }
        // Safe: heads and topics are plain numbers.
        unsafe heads.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        unsafe topics.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text)
        return bytes
    }

    /// What `bytes` gave.
    init(_ bytes: [UInt8]) {
        func count(_ place: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(bytes[place * 4 + $1]) << (8 * $1) }
        }
        let (headCount, topicCount) = (count(0), count(1))
        let middle = 12 + headCount * MemoryLayout<Head>.stride
        let end = middle + topicCount * MemoryLayout<Topic>.stride
        heads = Self.array(bytes[12..<middle], count: headCount)
        topics = Self.array(bytes[middle..<end], count: topicCount)
        text = Array(bytes[end...])
    }

    private static func array<Element: BitwiseCopyable>(_ bytes: ArraySlice<UInt8>, count: Int) -> [Element] {
        unsafe Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            // Safe: the bytes are those of so many elements, which are plain numbers.
            unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            initialized = count
        }
    }
}
