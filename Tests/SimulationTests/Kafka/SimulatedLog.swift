import ShoalClustering

@testable import ShoalPipeline

/// A transaction on the simulated broker.
final class SimulatedTransaction {
    enum State {
        case open
        case committed
        case aborted
    }

    /// A recipient of this transaction's marker.
    enum Participant: Equatable {
        case log(SimulatedKafka.Topic)
        /// The group coordinator, which holds the offsets until the marker arrives.
        case group
    }

    var state = State.open
    var unmarked: [Participant] = []
    var offsets: [AssignedPartition: CommittedPosition] = [:]
    /// The time of its beginning.
    let began: Int

    init(began: Int) {
        self.began = began
    }
}

/// One partition's log: transactional and other records, control records that occupy offsets, and retention.
struct SimulatedLog {
    struct Record {
        var key: [UInt8]?
        var value: Value
        var transaction: SimulatedTransaction?
    }

    enum Value {
        case bytes([UInt8])
        /// A decoded watch event.
        case event(EngineEvent)
        /// A record of several.
        case events([EngineEvent])
        /// A null value. In the input, with the member to erase.
        case tombstone(Pseudonym)
        /// Bytes that are not a watch event.
        case garbage
        /// The end of a transaction, invisible to consumers.
        case control
        /// Deleted by compaction.
        case compacted
    }

    private(set) var records: [Record] = []
    /// The first offset that retention has not deleted.
    private(set) var start: Int64 = 0
    /// Transactions without a marker in this log, and their first offsets.
    private var open: [(transaction: SimulatedTransaction, first: Int64)] = []

    var high: Int64 { Int64(records.count) }

    /// The offset before which every transaction has ended.
    var lastStable: Int64 { open.map(\.first).min() ?? high }

    /// - Returns: Whether this is the transaction's first record in this log.
    mutating func append(key: [UInt8]?, value: Value, of transaction: SimulatedTransaction? = nil) -> Bool {
        var isFirst = false
        if let transaction, !open.contains(where: { $0.transaction === transaction }) {
            open.append((transaction, high))
            isFirst = true
        }
        records.append(Record(key: key, value: value, transaction: transaction))
        return isFirst
    }

    /// Appends the marker of a transaction, which occupies an offset.
    mutating func mark(_ transaction: SimulatedTransaction) {
        open.removeAll { $0.transaction === transaction }
        records.append(Record(key: nil, value: .control, transaction: nil))
    }

    mutating func deleteRecords(before offset: Int64) {
        start = max(start, min(offset, high))
    }

    /// Compacts the log: keeps only the last committed record of each key before `offset`. With `removesNulls`, also
    /// removes nulls that are the last.
    mutating func compact(before offset: Int64, removesNulls: Bool) {
        var seen: Set<[UInt8]> = []
        for index in records.indices.reversed() where index < min(offset, lastStable) {
            guard let key = records[index].key else { continue }
            guard records[index].transaction?.state ?? .committed == .committed, seen.insert(key).inserted else {
                records[index].value = .compacted
                continue
            }
            if case .tombstone = records[index].value, removesNulls { records[index].value = .compacted }
        }
    }

    enum Isolation {
        case committed
        case uncommitted
    }

    /// Returns the first visible record at or after `position`. Sets `position` to that of the record, or to the end of
    /// the readable log, after control records and aborted transactions.
    func read(
        from position: inout Int64, _ isolation: Isolation = .committed
    ) throws(SimulatedKafka.Failure) -> (offset: Int64, record: Record)? {
        guard position >= start else { throw .outOfRange }
        let end = isolation == .committed ? lastStable : high
        while position < end {
            let record = records[Int(position)]
            switch record.value {
            case .control, .compacted: break
            default:
                if isolation == .uncommitted || record.transaction?.state ?? .committed == .committed {
                    return (position, record)
                }
            }
            position += 1
        }
        return nil
    }

    /// All committed records, including those deleted by retention.
    var committed: [(offset: Int64, record: Record)] {
        records.enumerated().compactMap { index, record in
            switch record.value {
            case .control, .compacted: return nil
            default: break
            }
            return record.transaction?.state ?? .committed == .committed ? (Int64(index), record) : nil
        }
    }
}
