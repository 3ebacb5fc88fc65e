/// The most recently accepted event ids, first in, first out. A repetition does not renew an id.
public struct DedupWindow: Sendable {
    /// A ring of keyed hashes in order of acceptance.
    private var ring: [UInt64] = []
    private var next = 0
    private let capacity: Int
    /// An open-addressing table of the ids, so that a look-up reads one memory location. 0 marks a free place. At most
    /// a quarter is used, so most searches end at the first place.
    private var table: [UInt64] = []
    /// Whether the id 0, which the table cannot hold, is remembered.
    private var hasZero = false

    /// - Parameter capacity: `dedup.window`; 0 disables de-duplication.
    public init(capacity: Int) {
        self.capacity = capacity
        table = Array(repeating: 0, count: 64)
    }

    /// The ids, the oldest first.
    public var ids: [UInt64] { Array(ring[next...] + ring[..<next]) }

    /// Remembers an id and returns whether it was new. If the window is full, the oldest id is dropped.
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

    /// Prefetches the memory that `accept` will read for an id, and for the id that will be dropped then.
    /// - Parameter distance: The number of events until the call of `accept`.
    @inline(__always)
    func fetch(_ id: UInt64, in distance: Int) {
        Prefetch.line(of: table, at: home(id))
        guard ring.count == capacity, distance < capacity else { return }
        let place = next + distance
        Prefetch.line(of: table, at: home(ring[place < capacity ? place : place - capacity]))
    }

    private var mask: Int { table.count - 1 }

    /// Returns the first place of an id. Multiplicative hashing (Knuth, 1973) spreads consecutive ids.
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

    /// Removes an id by backward shift. No tombstones remain, so look-ups stay short.
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
