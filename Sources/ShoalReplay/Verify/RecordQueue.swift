/// Published records, first in, first out: old pieces in memory, the others in a file.
struct RecordQueue {
    /// A record of the output topic.
    struct Record: Equatable, Sendable {
        var key: [UInt8]
        var value: [UInt8]
        /// The offset in the output topic.
        var offset: Int64
    }

    private enum Segment {
        case memory([UInt8])
        case file(SpillFile.Extent)
    }

    private var pieces: [Segment] = []
    private var next = 0
    /// The piece being filled, and the piece being read.
    private var open: [UInt8] = []
    private var reading: [UInt8] = []
    private var place = 0
    /// Bytes in memory.
    private(set) var size = 0
    private static let pieceSize = 64 << 10

    init() {}

    mutating func append(_ record: Record, to file: () throws -> SpillFile, spills: Bool) throws {
        let before = open.count
        for number in [record.key.count, record.value.count, Int(record.offset)] {
            for shift in stride(from: 0, to: 64, by: 8) { open.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        open += record.key
        open += record.value
        size += open.count - before
        guard open.count >= Self.pieceSize else { return }
        if spills {
            pieces.append(.file(try file().append(open)))
            size -= open.count
        } else {
            pieces.append(.memory(open))
        }
        open = []
    }

    /// Returns the first record without removing it, or `nil` if there is none.
    mutating func first(from file: () throws -> SpillFile) throws -> Record? {
        guard try turn(from: file) else { return nil }
        func number(_ index: Int) -> Int {
            (0..<8).reduce(0) { $0 | Int(reading[place + index * 8 + $1]) << (8 * $1) }
        }
        let start = place + 24
        let middle = start + number(0)
        return Record(
            key: Array(reading[start..<middle]), value: Array(reading[middle..<middle + number(1)]),
            offset: Int64(number(2)))
    }

    mutating func removeFirst(_ record: Record) {
        place += 24 + record.key.count + record.value.count
    }

    /// Moves to the next piece if the current one is exhausted.
    private mutating func turn(from file: () throws -> SpillFile) throws -> Bool {
        while place == reading.count {
            if next < pieces.count {
                switch pieces[next] {
                case .memory(let bytes):
                    reading = bytes
                    size -= bytes.count
                case .file(let extent): reading = try file().read(extent)
                }
                next += 1
                if next == pieces.count {
                    pieces = []
                    next = 0
                }
            } else if !open.isEmpty {
                reading = open
                size -= open.count
                open = []
            } else {
                return false
            }
            place = 0
        }
        return true
    }
}
