internal import Clustering
internal import Schemas

/// What was read of a partition of the state topic, record by record: a pure state machine.
struct StateTable {
    /// A snapshot to continue from.
    struct Restored {
        var header: ShardHeader
        var members: RestoredMembers
        /// Of a later snapshot that was not finished; nil: there was none.
        var later: ShardHeader?
    }

    private struct Header {
        var number: Int64
        var assembly: Parts.Assembly
        var whole: (bytes: [UInt8], size: Int64)?
    }

    private(set) var members = RestoredMembers()
    /// Whether it is kept who is no more: where older records are looked at that may tell of them.
    var tracksRemoved = false
    private var removed: Set<Pseudonym> = []
    /// The records that tell of no member, the last of each key.
    private(set) var others: [[UInt8]: [UInt8]] = [:]
    private var headers: [StateRecord.Side: Header] = [:]
    /// Members that were read, and are still to be put in.
    private var pending = StateRecord.Members()
    /// The last snapshot that is whole; nil: none is.
    private(set) var whole: StateRecord.Whole?
    /// The number of the last snapshot that was begun.
    private(set) var newest: Int64 = 0
    /// Whether nothing was read.
    private(set) var isEmpty = true

    /// Without those that wait for `settle`.
    var memberCount: Int { members.count }

    /// What a take-over wants to know.
    var found: TakeOver.State {
        if isEmpty { return .nothing }
        return whole == nil ? .unfinished : .snapshot
    }

    /// Makes room for as many members at once, whose records have as many bytes.
    mutating func reserve(_ count: Int, bytes: Int) {
        // A topic has a number of one to three bytes, a weight of four and a direction of two or three; the rest goes for unused
        // places of blocks. What is too much is never touched, so that it takes no memory.
        members.reserve(count, topics: bytes / 8)
    }

    /// Takes a record in; members are put in by many, at the latest with `settle`.
    /// - Parameter value: nil: a null.
    mutating func take(key: Span<UInt8>, value: Span<UInt8>?, offset: Int64) throws(StateRecord.Failure) {
        isEmpty = false
        switch try StateRecord.read(key: key, value: value, into: &pending) {
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

    /// Puts in the members that still wait: to be called when the last record was taken in.
    mutating func settle() {
        guard pending.count > 0 else { return }
        members.put(pending.states, at: pending.points)
        pending.removeAll()
    }

    /// Whether what was taken in tells of the member of this key, or that it is no more.
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
        _ side: StateRecord.Side, _ number: Int64, _ part: Parts.Part, _ offset: Int64
    ) throws(StateRecord.Failure) {
        newest = max(newest, number)
        if part.index == 0 {
            headers[side] = Header(number: number, assembly: Parts.Assembly(number: number, firstOffset: offset))
        }
        // Compaction may leave later parts of a header that was longer.
        guard var header = headers[side], header.number == number, header.whole == nil else { return }
        do throws(ProtoError) {
            header.whole = try header.assembly.add(part)
        } catch {
            throw StateRecord.Failure(error)
        }
        headers[side] = header
    }

    /// What to continue from; nil where no snapshot is whole. The members go with it.
    mutating func restored() throws(StateRecord.Failure) -> Restored? {
        settle()
        guard let whole else { return nil }
        guard let header = try header(whole.side), headers[whole.side]?.number == whole.number else { throw .damaged }
        let other = headers[whole.side.other].map { $0.number > whole.number } ?? false
        let later = other ? try self.header(whole.side.other) : nil
        defer { members = RestoredMembers() }
        return Restored(header: header, members: members, later: later)
    }

    /// The point of the last snapshot that is whole; nil: there is none.
    func wholePoint() throws(StateRecord.Failure) -> SnapshotPoint? {
        guard let whole else { return nil }
        return try header(whole.side)?.point
    }

    /// The offset of the first record of the last header that is whole; 0 if it comes from a checkpoint.
    var headerOffset: Int64 { whole.flatMap { headers[$0.side] }?.assembly.firstOffset ?? 0 }

    private func header(_ side: StateRecord.Side) throws(StateRecord.Failure) -> ShardHeader? {
        guard let whole = headers[side]?.whole else { return nil }
        do throws(ProtoError) {
            guard let bytes = Compression.inflate(whole.bytes, size: Int(whole.size)) else { throw .badValue }
            return try StateRecord.header(bytes)
        } catch {
            throw StateRecord.Failure(error)
        }
    }
}
