internal import ShoalClustering
internal import ShoalPipeline

/// All events of an input with given epochs, by epoch and partition, in input order. Events beyond the memory limit are
/// stored in a temporary file.
actor EpochSpool {
    /// By epoch and partition.
    private var queues: [Epoch: [Int: EventQueue]] = [:]
    private var spill: SpillFile?
    private var size = 0
    private let tooMuch = 512 << 20
    /// Pieces of later blocks that arrived out of order.
    private var early: [Int: [PartitionEvents]] = [:]
    private var delivered = 0

    /// The epochs from that of the first event to that of the last; nil without events.
    var epochs: GivenSpan? { GivenSpan(queues.keys) }

    /// Adds the pieces of a block, in the order of block numbers.
    func add(_ pieces: [PartitionEvents], ofBlock number: Int) throws {
        early[number] = pieces
        while let pieces = early.removeValue(forKey: delivered) {
            delivered += 1
            try add(pieces)
        }
    }

    /// Adds the next pieces of some partitions.
    func add(_ pieces: [PartitionEvents]) throws {
        for piece in pieces {
            guard let epoch = piece.epoch else { continue }
            var queue = queues[epoch]?.removeValue(forKey: piece.partition) ?? EventQueue()
            size -= queue.size
            try queue.append(piece.chunk, spills: size > tooMuch) { try spillFile().append($0.bytes) }
            size += queue.size
            queues[epoch, default: [:]][piece.partition] = queue
        }
    }

    /// Returns the next events of a partition in an epoch, or `nil` at the end.
    func next(_ epoch: Epoch, _ partition: Int) throws -> EventChunk? {
        guard var queue = queues[epoch]?.removeValue(forKey: partition) else { return nil }
        let chunk = try queue.popFirst(from: spillFile)
        if chunk != nil { queues[epoch]?[partition] = queue }
        return chunk
    }

    private func spillFile() throws -> SpillFile {
        if let spill { return spill }
        let made = try SpillFile()
        spill = made
        return made
    }
}
