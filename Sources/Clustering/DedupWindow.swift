/// The last ids that were accepted, first in, first out: a repetition renews nothing.
public struct DedupWindow: Sendable {
    /// A ring of the keyed hashes in order of acceptance.
    private var ring: [UInt64] = []
    private var next = 0
    private let capacity: Int
    /// Open addressing over the ring: place + 1; 0 is free.
    private var table: [UInt32] = []

    /// - Parameter capacity: `dedup.window`; 0 remembers nothing.
    public init(capacity: Int) {
        self.capacity = capacity
        table = Array(repeating: 0, count: 64)
    }

    /// The ids, the oldest first.
    public var ids: [UInt64] { Array(ring[next...] + ring[..<next]) }

    /// Whether the id is new; then it is remembered, and the oldest forgotten where the window is full.
    public mutating func accept(_ id: UInt64) -> Bool {
        guard capacity > 0 else { return true }
        if find(id) != nil { return false }
        if ring.count < capacity {
            if (ring.count + 1) * 2 > table.count { grow() }
            ring.append(id)
            insert(id, UInt32(ring.count))
        } else {
            remove(ring[next])
            ring[next] = id
            insert(id, UInt32(next + 1))
            next = next + 1 == capacity ? 0 : next + 1
        }
        return true
    }

    private var mask: Int { table.count - 1 }

    /// Ids may be numbers that follow each other: multiplied (Knuth, 1973), neighbours lie far apart.
    private func home(_ id: UInt64) -> Int { Int(truncatingIfNeeded: (id &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask }

    private func find(_ id: UInt64) -> Int? {
        var index = home(id)
        while table[index] != 0 {
            if ring[Int(table[index]) - 1] == id { return index }
            index = (index + 1) & mask
        }
        return nil
    }

    private mutating func insert(_ id: UInt64, _ place: UInt32) {
        var index = home(id)
        while table[index] != 0 { index = (index + 1) & mask }
        table[index] = place
    }

    /// Backward shift: no tombstones, so that look-ups stay short for ever.
    private mutating func remove(_ id: UInt64) {
        guard var hole = find(id) else { return }
        var index = hole
        while true {
            index = (index + 1) & mask
            guard table[index] != 0 else { break }
            let home = home(ring[Int(table[index]) - 1])
            if (index - home) & mask >= (index - hole) & mask {
                table[hole] = table[index]
                hole = index
            }
        }
        table[hole] = 0
    }

    private mutating func grow() {
        table = Array(repeating: 0, count: table.count * 2)
        for (place, id) in ring.enumerated() { insert(id, UInt32(place + 1)) }
    }
}
