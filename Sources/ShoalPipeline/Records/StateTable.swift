internal import ShoalClustering
internal import ShoalSchemas

/// The content of a partition of the state topic, built record by record: a pure state machine.
struct StateTable {
    /// A complete snapshot to continue from.
    struct Restored {
        var header: ShardHeader
        var members: RestoredMembers
        /// The header of a later, unfinished snapshot; `nil` for none.
        var later: ShardHeader?
    }

    private struct Header {
        var number: Int64
        var assembly: Chunks.Assembly
        var whole: Chunks.Whole?
    }

    /// Of the partition of the state topic.
    let sealer: RecordSealer

    private(set) var members = RestoredMembers()
    /// Whether removed members are remembered, for comparison with older records.
    var tracksRemoved = false
    private var removed: Set<Pseudonym> = []
    /// The last record of each key that is not a member's.
    private(set) var others: [[UInt8]: [UInt8]] = [:]
    private var headers: [StateRecord.Side: Header] = [:]
    /// Decoded members that have not been inserted yet.
    private var pending = StateRecord.Members()
    /// The last complete snapshot; `nil` for none.
    private(set) var whole: StateRecord.Whole?
    /// The number of the last snapshot that was begun.
    private(set) var newest: Int64 = 0
    /// Whether no record was read.
    private(set) var isEmpty = true

    init(_ sealer: RecordSealer) {
        self.sealer = sealer
    }

    /// The number of members, without those pending until `settle`.
    var memberCount: Int { members.count }

    /// The summary that a take-over needs.
    var found: TakeOver.State {
        if isEmpty { return .nothing }
        return whole == nil ? .unfinished : .snapshot
    }

    /// Reserves room for members whose records have the given size.
    mutating func reserve(_ count: Int, bytes: Int) {
        // A topic takes one to three bytes for its number, four for its weight and two or three for its direction; the
        // rest allows for unused places of blocks. Excess room is never touched and takes no memory.
        members.reserve(count, topics: bytes / 8)
    }

    /// Adds a record. Members are inserted in blocks, at the latest by `settle`.
    /// - Parameter value: `nil` for a null value.
    mutating func take(key: Span<UInt8>, value: Span<UInt8>?, offset: Int64) throws(StateRecord.Failure) {
        isEmpty = false
        switch try StateRecord.read(key: key, value: value, by: sealer, into: &pending) {
        case .member:
            if tracksRemoved { removed.remove(StateRecord.pseudonym(key)) }
            if pending.count == 256 { settle() }
        case .removed(let pseudonym):
            settle()
            members.remove(pseudonym)
            if tracksRemoved { removed.insert(pseudonym) }
        case .whole(let whole):
            self.whole = whole
            keep(key, value)
        case .part(let side, let number, let part):
            try take(side, number, part, offset)
            keep(key, value)
        case nil: break
        }
    }

    /// Inserts the pending members. Must be called after the last record.
    mutating func settle() {
        guard pending.count > 0 else { return }
        members.put(pending.states, at: pending.points)
        pending.removeAll()
    }

    /// Returns whether the records so far include this member's state or its removal.
    func tells(of key: Span<UInt8>) -> Bool {
        let pseudonym = StateRecord.pseudonym(key)
        return members.contains(pseudonym) || removed.contains(pseudonym)
    }

    private mutating func keep(_ key: Span<UInt8>, _ value: Span<UInt8>?) {
        // Safe: both are copied.
        let key = unsafe key.withUnsafeBufferPointer { unsafe Array($0) }
        others[key] = unsafe value?.withUnsafeBufferPointer { unsafe Array($0) }
    }

    private mutating func take(
        _ side: StateRecord.Side, _ number: Int64, _ part: Chunks.Chunk, _ offset: Int64
    ) throws(StateRecord.Failure) {
        newest = max(newest, number)
        if part.index == 0 {
            headers[side] = Header(number: number, assembly: Chunks.Assembly(number: number, firstOffset: offset))
        }
        // Compaction may leave later parts of an older, longer header.
        guard var header = headers[side], header.number == number, header.whole == nil else { return }
        do throws(ProtoError) {
            header.whole = try header.assembly.add(part)
        } catch {
            throw StateRecord.Failure(error)
        }
        headers[side] = header
    }

    /// Returns the snapshot to continue from with its members, or `nil` if none is complete.
    mutating func restored() throws(StateRecord.Failure) -> Restored? {
        settle()
        guard let whole else { return nil }
        guard let header = try header(whole.side), headers[whole.side]?.number == whole.number else { throw .damaged }
        let other = headers[whole.side.other].map { $0.number > whole.number } ?? false
        let later = other ? try self.header(whole.side.other) : nil
        defer { members = RestoredMembers() }
        return Restored(header: header, members: members, later: later)
    }

    /// Returns the point of the last complete snapshot, or `nil`.
    func wholePoint() throws(StateRecord.Failure) -> SnapshotPoint? {
        guard let whole else { return nil }
        return try header(whole.side)?.point
    }

    /// The offset of the first record of the last header that is whole; 0 if it comes from a checkpoint.
    var headerOffset: Int64 { whole.flatMap { headers[$0.side] }?.assembly.firstOffset ?? 0 }

    private func header(_ side: StateRecord.Side) throws(StateRecord.Failure) -> ShardHeader? {
        guard let header = headers[side], let whole = header.whole else { return nil }
        do throws(ProtoError) {
            return try StateRecord.header(whole, side, number: header.number, by: sealer)
        } catch {
            throw StateRecord.Failure(error)
        }
    }
}
