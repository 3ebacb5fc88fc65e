/// The last ids that were accepted, first in, first out: a repetition renews nothing.
public struct DedupWindow: Sendable {
    /// A ring of the keyed hashes in order of acceptance.
    private var ring: [UInt64] = []
    private var next = 0
    private let capacity: Int
    /// Open addressing: the ids themselves, so that a look-up reads one place of memory; 0 is free. No more than a
    /// quarter is used, so that searches end where they begin more often than not.
    private var table: [UInt64] = []
    /// Whether 0 is among the ids: it has no place in the table.
    private var hasZero = false

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
        if contains(id) { return false }
        if ring.count < capacity {
            if (ring.count + 1) * 4 > table.count { grow() }
            ring.append(id)
        } else {
            remove(ring[next])
            ring[next] = id
            next = next + 1 == capacity ? 0 : next + 1
        }
        insert(id)
        return true
    }

    /// Begins to fetch what `accept` will read some events later: of an id, and of the one that will be forgotten then.
    /// - Parameter distance: how many events later.
    @inline(__always)
    func fetch(_ id: UInt64, in distance: Int) {
        Prefetch.line(of: table, at: home(id))
        guard ring.count == capacity, distance < capacity else { return }
        let place = next + distance
        Prefetch.line(of: table, at: home(ring[place < capacity ? place : place - capacity]))
    }

    private var mask: Int { table.count - 1 }

    /// Ids may be numbers that follow each other: multiplied (Knuth, 1973), neighbours lie far apart.
    @inline(__always)
    private func home(_ id: UInt64) -> Int { Int(truncatingIfNeeded: (id &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask }

    private func contains(_ id: UInt64) -> Bool {
        if id == 0 { return hasZero }
        var index = home(id)
        while table[index] != 0 {
            if table[index] == id { return true }
            index = (index + 1) & mask
        }
        return false
    }

    private mutating func insert(_ id: UInt64) {
        guard id != 0 else {
            hasZero = true
            return
        }
        var index = home(id)
        while table[index] != 0 { index = (index + 1) & mask }
        table[index] = id
    }

    /// Backward shift: no tombstones, so that look-ups stay short for ever.
    private mutating func remove(_ id: UInt64) {
        guard id != 0 else {
            hasZero = false
            return
        }
        var hole = home(id)
        while table[hole] != id {
            guard table[hole] != 0 else { return }
            hole = (hole + 1) & mask
        }
        var index = hole
        while true {
            index = (index + 1) & mask
            guard table[index] != 0 else { break }
            if (index - home(table[index])) & mask >= (index - hole) & mask {
                table[hole] = table[index]
                hole = index
            }
        }
        table[hole] = 0
    }

    private mutating func grow() {
        table = Array(repeating: 0, count: table.count * 2)
        for id in ring { insert(id) }
    }
}
