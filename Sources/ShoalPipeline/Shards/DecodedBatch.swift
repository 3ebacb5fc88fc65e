package import ShoalKafka

/// The records of a batch, decoded, with their viewers identified: many at once, so that memory can be prefetched.
package struct DecodedBatch {
    /// The kind of each record, in order.
    package private(set) var records: [Intake.Record] = []
    /// The offset of each record.
    package private(set) var offsets: [Int64] = []
    /// The watch events among them, in order.
    package private(set) var events = EventChunk()

    package init() {}

    /// Decodes the records of a batch.
    /// - Parameter end: the first offset that is not read.
    package mutating func read(_ batch: borrowing MessageBatch, until end: Int64 = .max, _ intake: inout Intake) {
        records.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        var chunk = EventChunk(room: events.room)
        for index in 0..<batch.count {
            let offset = batch.offset(index)
            guard offset < end else { break }
            offsets.append(offset)
            let record = intake.decode(batch, index)
            if case .event = record {
                let viewer = intake.viewerHash
                chunk.append(intake.buffer, id: intake.id(viewer), viewer: viewer)
            }
            records.append(record)
        }
        chunk.identify(&intake)
        // Events before an erasure have put their viewer into the cache again.
        for index in records.indices {
            if case .tombstone = records[index], let key = batch.key(index) { intake.forget(key) }
        }
        events = chunk
    }
}
