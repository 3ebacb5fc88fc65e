internal import Clustering

/// All events of an input by their own epoch and partition, in the order in which they came, for epochs that are given. What
/// memory should not hold lies in a temporary file.
actor EpochSpool {
    private var queues: [Epoch: [EventQueue]] = [:]
    private var spill: SpillFile?
    private var size = 0
    private let partitions: Int
    private let tooMuch = 512 << 20
    /// Pieces that came before their turn.
    private var early: [Int: [Piece]] = [:]
    private var delivered = 0

    init(partitions: Int) {
        self.partitions = partitions
    }

    /// The smallest and the largest epoch; nil: there is no event.
    var epochs: ClosedRange<Epoch>? {
        guard let first = queues.keys.min(), let last = queues.keys.max() else { return nil }
        return first...last
    }

    /// Adds what the block of this number gave, in the order of numbers.
    func add(_ pieces: [Piece], ofBlock number: Int) throws {
        early[number] = pieces
        while let pieces = early.removeValue(forKey: delivered) {
            delivered += 1
            try add(pieces)
        }
    }

    /// Adds what comes next of some partitions.
    func add(_ pieces: [Piece]) throws {
        for piece in pieces {
            guard let epoch = piece.epoch else { continue }
            var row = queues.removeValue(forKey: epoch) ?? Array(repeating: EventQueue(), count: partitions)
            size -= row[piece.partition].size
            try row[piece.partition].append(piece.chunk, spills: size > tooMuch) { try spillFile().append($0.bytes) }
            size += row[piece.partition].size
            queues[epoch] = row
        }
    }

    /// The next events of a partition in an epoch; nil: there are no more.
    func next(_ epoch: Epoch, _ partition: Int) throws -> EventChunk? {
        guard var row = queues.removeValue(forKey: epoch) else { return nil }
        let chunk = try row[partition].popFirst(from: spillFile)
        queues[epoch] = row
        return chunk
    }

    private func spillFile() throws -> SpillFile {
        if let spill { return spill }
        let made = try SpillFile()
        spill = made
        return made
    }
}
