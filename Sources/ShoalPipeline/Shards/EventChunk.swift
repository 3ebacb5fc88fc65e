package import ShoalClustering
package import ShoalSchemas

/// Decoded events of one partition in three arrays, without an object per event.
package struct EventChunk: Sendable {
    /// An event without its topics. Its fields fill it: bytes between them would be undefined, and could hold anything that
    /// was in memory when they are written to a file.
    private struct Head {
        var member: Pseudonym
        var order: UInt64
        /// The id; 0 if there is none, see `hasID`.
        var id: UInt64
        var watched: Int64
        var duration: Int64
        var time: Int64
        var recordTime: Int64
        var topics: UInt32
        var hasID: Bool
        /// Whether the viewer's records belong to another partition. Known once the viewer is identified.
        var isMisplaced = false
        private var filler16: UInt16 = 0
        private var filler64: UInt64 = 0

        init(
            member: Pseudonym, order: UInt64, id: UInt64?, watched: Int64, duration: Int64, time: Int64,
            recordTime: Int64, topics: Int
        ) {
            (self.member, self.order, self.id, hasID) = (member, order, id ?? 0, id != nil)
            (self.watched, self.duration, self.time) = (watched, duration, time)
            (self.recordTime, self.topics) = (recordTime, UInt32(topics))
        }
    }

    private struct Topic {
        /// The number of unused text bytes between the previous name and this one.
        var gap: UInt32 = 0
        var length: UInt32
        var weight: UInt32
    }

    private var heads: [Head] = []
    private var topics: [Topic] = []
    private var text: [UInt8] = []
    /// The ids of viewers that are not identified yet, concatenated.
    private var viewers: [UInt8] = []

    package init() {}

    /// The size of a chunk.
    package struct Room: Sendable {
        fileprivate var heads = 0
        fileprivate var topics = 0
        fileprivate var text = 0
        fileprivate var viewers = 0

        package init() {}
    }

    package var room: Room {
        var room = Room()
        (room.heads, room.topics, room.text, room.viewers) = (heads.count, topics.count, text.count, viewers.count)
        return room
    }

    /// Creates a chunk with slightly more room than another one used.
    package init(room: Room) {
        heads.reserveCapacity(room.heads / 8 * 9)
        topics.reserveCapacity(room.topics / 8 * 9)
        text.reserveCapacity(room.text / 8 * 9)
        viewers.reserveCapacity(room.viewers / 8 * 9)
    }

    /// Removes the events after those that had this size.
    mutating func removeAll(beyond room: Room) {
        heads.removeSubrange(room.heads...)
        topics.removeSubrange(room.topics...)
        text.removeSubrange(room.text...)
        viewers.removeSubrange(room.viewers...)
    }

    package var count: Int { heads.count }
    package var isEmpty: Bool { heads.isEmpty }

    /// The size in bytes.
    package var size: Int {
        heads.count * MemoryLayout<Head>.stride + topics.count * MemoryLayout<Topic>.stride + text.count + viewers.count
    }

    package mutating func append(_ event: borrowing EngineEvent) {
        heads.append(
            Head(
                member: event.member, order: event.order, id: event.id, watched: event.watched,
                duration: event.duration, time: event.time, recordTime: event.recordTime,
                topics: event.topics.count))
        let text = event.text.span
        for topic in event.topics { append(text.extracting(topic.name), topic.weight) }
    }

    /// Appends an event whose viewer is not identified yet.
    /// - Parameters:
    ///   - hash: The viewer's look-up hash.
    ///   - recordTime: the time of the record, in ms since 1970; `.max` if it has none.
    package mutating func append(
        _ event: borrowing WatchEvent, id: UInt64?, viewer hash: (UInt64, UInt64), recordTime: Int64 = .max
    ) {
        heads.append(
            Head(
                member: Pseudonym(hash.0) << 64 | Pseudonym(hash.1), order: UInt64(event.viewer.count), id: id,
                watched: event.watched, duration: event.duration, time: event.time, recordTime: recordTime,
                topics: event.topics.count))
        let text = event.text.span
        if let names = Self.names(of: event) {
            var end = names.lowerBound
            for topic in event.topics {
                topics.append(
                    Topic(
                        gap: UInt32(topic.name.lowerBound - end), length: UInt32(topic.name.count),
                        weight: topic.weight))
                end = topic.name.upperBound
            }
            Self.append(text.extracting(names), to: &self.text)
        } else {
            for topic in event.topics { append(text.extracting(topic.name), topic.weight) }
        }
        Self.append(text.extracting(event.viewer), to: &viewers)
    }

    /// Returns the range of text that covers all topic names, if they are adjacent except for few bytes, so that they
    /// can be copied at once; otherwise `nil`.
    private static func names(of event: borrowing WatchEvent) -> Range<Int>? {
        guard let first = event.topics.first, let last = event.topics.last else { return nil }
        var end = first.name.lowerBound
        for topic in event.topics {
            guard topic.name.lowerBound >= end, topic.name.lowerBound <= end + 32 else { return nil }
            end = topic.name.upperBound
        }
        return first.name.lowerBound..<last.name.upperBound
    }

    @inline(__always)
    private mutating func append(_ name: Span<UInt8>, _ weight: UInt32) {
        topics.append(Topic(length: UInt32(name.count), weight: weight))
        Self.append(name, to: &text)
    }

    @inline(__always)
    private static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        // Safe: the bytes are copied.
        unsafe bytes.withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
    }

    /// Replaces hashes by pseudonyms, for many events at once so that memory can be prefetched. Has no effect if done
    /// before.
    package mutating func identify(_ intake: inout Intake) {
        guard !viewers.isEmpty else { return }
        func hash(_ member: Pseudonym) -> (UInt64, UInt64) {
            (UInt64(truncatingIfNeeded: member >> 64), UInt64(truncatingIfNeeded: member))
        }
        let names = viewers
        var (events, start) = (heads, 0)
        heads = []
        for index in events.indices {
            let ahead = index + 12
            if ahead < events.count { intake.fetchIdentity(hash(events[ahead].member)) }
            let end = start + Int(events[index].order)
            let viewer = intake.identity(of: names.span.extracting(start..<end), hash(events[index].member))
            events[index].member = viewer.pseudonym
            events[index].order = viewer.order
            events[index].isMisplaced = viewer.isMisplaced
            start = end
        }
        heads = events
        viewers = []
    }

    /// Reads the events of a chunk in order.
    package struct Reader: Sendable {
        private let chunk: EventChunk
        private var head = 0
        private var topic = 0
        private var text = 0

        package init(_ chunk: EventChunk = EventChunk()) {
            self.chunk = chunk
        }

        /// Reads the next event.
        /// - Returns: False at the end.
        package mutating func next(_ event: inout EngineEvent) -> Bool {
            guard head < chunk.heads.count else { return false }
            let next = chunk.heads[head]
            // All events share the text. Copying the array only counts a reference.
            if head == 0 { event.text = chunk.text }
            head += 1
            event.member = next.member
            event.order = next.order
            event.id = next.hasID ? next.id : nil
            event.watched = next.watched
            event.duration = next.duration
            event.time = next.time
            event.recordTime = next.recordTime
            event.topics.removeAll(keepingCapacity: true)
            for _ in 0..<next.topics {
                let next = chunk.topics[topic]
                let start = text + Int(next.gap)
                text = start + Int(next.length)
                event.topics.append(.init(name: start..<text, weight: next.weight))
                topic += 1
            }
            return true
        }

        /// Returns what the clock reads of the next events: the latest that belongs to this partition; nil: none of them does.
        /// - Parameter count: of the events.
        package func latest(of count: Int) -> EngineEvent.Tick? {
            var latest: Head?
            for next in chunk.heads[head..<head + count] where !next.isMisplaced {
                if next.time > latest?.time ?? .min { latest = next }
            }
            return latest.map { .init(member: $0.member, time: $0.time, recordTime: $0.recordTime) }
        }

        /// Whether the event that was read last belongs to another partition.
        package var isMisplaced: Bool { head > 0 && chunk.heads[head - 1].isMisplaced }

        /// Prefetches the memory that the events after the last one read will need.
        func prefetch(_ shard: inout Shard<KeyedTopics>) {
            let far = Shard<KeyedTopics>.prefetchDistance
            shard.prefetch(upcoming(far), upcoming(far * 2 / 3), upcoming(far / 3))
        }

        /// Returns the event at this distance after the last one read, or `nil` beyond the end of the chunk.
        package func upcoming(_ distance: Int) -> UpcomingEvent? {
            let place = head - 1 + distance
            guard place < chunk.heads.count else { return nil }
            return UpcomingEvent(member: chunk.heads[place].member, id: chunk.heads[place].id)
        }
    }

    // MARK: - As bytes

    /// The three arrays as bytes, for a file that only this process reads. The text contains only topic names.
    package var bytes: [UInt8] {
        precondition(viewers.isEmpty, "no viewer's own bytes go to a file")
        var (topics, text, end) = (topics, [UInt8](), 0)
        for index in topics.indices {
            let start = end + Int(topics[index].gap)
            end = start + Int(topics[index].length)
            text += self.text[start..<end]
            topics[index].gap = 0
        }
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

    /// Restores a chunk from `bytes`.
    package init(_ bytes: [UInt8]) {
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
            // Safe: the bytes are those of whole elements, which are plain numbers.
            unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            initialized = count
        }
    }
}
