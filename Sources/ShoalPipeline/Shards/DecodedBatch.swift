package import ShoalKafka

/// The records of a batch, decoded, with their viewers identified: many at once, so that memory can be prefetched.
package struct DecodedBatch {
    /// The kind of each record, in order. One of several events is `parts`, as many `part`, and `end`.
    package private(set) var records: [Intake.Record] = []
    /// The offset of each record.
    package private(set) var offsets: [Int64] = []
    /// The index of each record in the batch.
    private(set) var messages: [Int] = []
    /// The watch events among them, in order.
    package private(set) var events = EventChunk()

    package init() {}

    /// Decodes the records of a batch.
    /// - Parameter end: the first offset that is not read.
    package mutating func read(_ batch: borrowing MessageBatch, until end: Int64 = .max, _ intake: inout Intake) {
        records.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        var chunk = EventChunk(room: events.room)
        for index in 0..<batch.count {
            let offset = batch.offset(index)
            guard offset < end else { break }
            guard !intake.readsBatches else {
                readEach(batch, index, &chunk, &intake)
                continue
            }
            let record = intake.decode(batch, index)
            if case .event = record {
                let viewer = intake.viewerHash
                chunk.append(
                    intake.buffer, id: intake.id(viewer), viewer: viewer, recordTime: Self.time(batch, index))
            }
            append(record, index, offset)
        }
        chunk.identify(&intake)
        // Events before an erasure have put their viewer into the cache again.
        for index in records.indices {
            if case .tombstone = records[index], let key = batch.key(messages[index]) { intake.forget(key) }
        }
        events = chunk
    }

    /// Decodes a record that can be several events.
    private mutating func readEach(
        _ batch: borrowing MessageBatch, _ index: Int, _ chunk: inout EventChunk, _ intake: inout Intake
    ) {
        let (room, offset) = (chunk.room, batch.offset(index))
        let time = Self.time(batch, index)
        let record = intake.decodeEach(batch, index) { event, id, viewer in
            chunk.append(event, id: id, viewer: viewer, recordTime: time)
        }
        append(record, index, offset)
        guard case .parts(let count) = record else { return chunk.removeAll(beyond: room) }
        for _ in 0..<count { append(.part, index, offset) }
        append(.end, index, offset)
    }

    /// The time of a record; `.max` if it has none.
    private static func time(_ batch: borrowing MessageBatch, _ index: Int) -> Int64 {
        let time = batch.timestamp(index)
        return time > 0 ? time : .max
    }

    private mutating func append(_ record: Intake.Record, _ index: Int, _ offset: Int64) {
        records.append(record)
        offsets.append(offset)
        messages.append(index)
    }
}
