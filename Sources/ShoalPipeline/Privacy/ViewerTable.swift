internal import ShoalClustering

/// A viewer's identity in the engine.
struct ViewerIdentity {
    var pseudonym: Pseudonym
    /// The sample order: SipHash-2-4 of the viewer under a key of its own.
    var order: UInt64
    /// Whether the viewer's records belong to another partition.
    var isMisplaced = false
}

/// A cache of pseudonyms, so that a viewer costs one HMAC instead of one per event. Keyed by a 128-bit keyed hash;
/// viewer ids are not stored. Two-way sets; evicted entries are recomputed.
struct ViewerTable {
    private struct Slot {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var pseudonym: Pseudonym = 0
        var order: UInt64 = 0
        var isMisplaced = false
    }

    private let hmac: HMAC
    private let sip: SipHash
    private let orders: SipHash
    /// nil: no viewer is misplaced.
    private let place: InputPlace?
    private var slots: [Slot]
    private var used = 0
    private let ceiling: Int
    /// The number of viewers worth caching. Viewers that occur only once do not enlarge the table.
    var wanted = Int.max

    /// - Parameters:
    ///   - place: the partition that the viewers' records are in; nil: it is not checked.
    ///   - ceiling: the most viewers kept, a power of two; 48 bytes each.
    init(key: PrivacyKey, place: InputPlace? = nil, ceiling: Int = 1 << 20) {
        self.place = place
        hmac = HMAC(key, .storedPseudonym)
        sip = SipHash(key, .viewerLookup)
        orders = SipHash(key, .sampleOrder)
        self.ceiling = ceiling
        slots = Array(repeating: Slot(), count: min(1 << 6, ceiling))
    }

    /// Whether it is checked which viewers are misplaced.
    var knowsPartitions: Bool { place != nil }

    /// The current capacity in viewers.
    var room: Int { slots.count }

    /// Returns the viewer's pseudonym and sample order, in about 20 ns if cached and 600 ns if not.
    mutating func identity(of viewer: Span<UInt8>) -> ViewerIdentity {
        identity(of: viewer, hash(viewer))
    }

    /// Returns the hash by which a viewer is looked up.
    @inline(__always)
    func hash(_ viewer: Span<UInt8>) -> (UInt64, UInt64) { sip.hash128(viewer) }

    /// Prefetches the entries that `identity` will read for a hash.
    @inline(__always)
    func fetch(_ hash: (UInt64, UInt64)) {
        let index = Int(truncatingIfNeeded: hash.0) & (slots.count - 2)
        Prefetch.lines(of: slots, in: index..<index + 2)
    }

    /// - Parameter hash: The viewer's hash.
    mutating func identity(of viewer: Span<UInt8>, _ hash: (UInt64, UInt64)) -> ViewerIdentity {
        let (first, second) = hash
        var index = Int(truncatingIfNeeded: first) & (slots.count - 2)
        for offset in 0...1 where slots[index + offset].first == first && slots[index + offset].second == second {
            let slot = slots[index + offset]
            return ViewerIdentity(pseudonym: slot.pseudonym, order: slot.order, isMisplaced: slot.isMisplaced)
        }
        let identity = ViewerIdentity(
            pseudonym: hmac.digest(viewer).first16, order: orders.hash64(viewer),
            isMisplaced: place.map { !$0.holds(viewer) } ?? false)
        if used > slots.count / 2, slots.count < ceiling, slots.count / 2 < wanted {
            grow()
            index = Int(truncatingIfNeeded: first) & (slots.count - 2)
        }
        put(
            Slot(
                first: first, second: second, pseudonym: identity.pseudonym, order: identity.order,
                isMisplaced: identity.isMisplaced),
            at: index)
        return identity
    }

    /// Removes the viewer's entry.
    mutating func forget(_ viewer: Span<UInt8>) {
        let (first, second) = sip.hash128(viewer)
        let index = Int(truncatingIfNeeded: first) & (slots.count - 2)
        for offset in 0...1 where slots[index + offset].first == first && slots[index + offset].second == second {
            slots[index + offset] = Slot()
            used -= 1
        }
    }

    private mutating func put(_ slot: Slot, at index: Int) {
        if slots[index].pseudonym == 0 {
            used += 1
            slots[index] = slot
        } else {
            if slots[index + 1].pseudonym == 0 { used += 1 }
            slots[index + 1] = slots[index]
            slots[index] = slot
        }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        used = 0
        for slot in old where slot.pseudonym != 0 {
            put(slot, at: Int(truncatingIfNeeded: slot.first) & (slots.count - 2))
        }
    }
}
