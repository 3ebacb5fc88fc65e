internal import ShoalPipeline

/// Chunks of events, first in, first out: the first ones in memory, the others in a file.
struct EventQueue {
    private var chunks: [EventChunk] = []
    private var next = 0
    private var spilled: [SpillFile.Extent] = []
    private var nextSpilled = 0
    /// Bytes in memory.
    private(set) var size = 0

    var isEmpty: Bool { next == chunks.count && nextSpilled == spilled.count }

    /// - Parameters:
    ///   - spills: Whether to write it to the file. It is written in any case if earlier chunks are in the file.
    ///   - write: Writes it to the file.
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

    /// Removes and returns the oldest chunk, or `nil` if there is none.
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
