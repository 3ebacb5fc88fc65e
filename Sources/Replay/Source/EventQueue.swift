/// Chunks of events, first in, first out: the first ones in memory, what does not fit in a file.
struct EventQueue {
    private var chunks: [EventChunk] = []
    private var next = 0
    private var spilled: [SpillFile.Extent] = []
    private var nextSpilled = 0
    /// Bytes in memory.
    private(set) var size = 0

    var isEmpty: Bool { next == chunks.count && nextSpilled == spilled.count }

    /// - Parameters:
    ///   - spills: whether memory should not hold it. It goes to the file in any case where others are in it before.
    ///   - write: puts it there.
    mutating func append(
        _ chunk: EventChunk, spills: Bool, write: (EventChunk) throws -> SpillFile.Extent
    ) throws {
        guard !chunk.isEmpty else { return }
        if spills || nextSpilled < spilled.count {
            spilled.append(try write(chunk))
        } else {
            chunks.append(chunk)
            size += chunk.size
        }
    }

    /// The oldest chunk; nil: there is none.
    mutating func popFirst(from file: () throws -> SpillFile) throws -> EventChunk? {
        if next < chunks.count {
            let chunk = chunks[next]
            chunks[next] = EventChunk()
            next += 1
            if next == chunks.count {
                chunks.removeAll(keepingCapacity: true)
                next = 0
            }
            size -= chunk.size
            return chunk
        }
        guard nextSpilled < spilled.count else { return nil }
        let extent = spilled[nextSpilled]
        nextSpilled += 1
        if nextSpilled == spilled.count {
            spilled.removeAll(keepingCapacity: true)
            nextSpilled = 0
        }
        return EventChunk(try file().read(extent))
    }
}
