import Clustering

@testable import Pipeline

/// A transaction on the simulated broker.
final class SimulatedTransaction {
    enum State {
        case open
        case committed
        case aborted
    }

    /// What is waiting for this transaction's marker.
    enum Participant: Equatable {
        case log(SimulatedKafka.Topic)
        /// The group coordinator, which holds the offsets until then.
        case group
    }

    var state = State.open
    var unmarked: [Participant] = []
    var offsets: [Part: CommittedPosition] = [:]
    /// When it began.
    let began: Int

    init(began: Int) {
        self.began = began
    }
}

/// One partition's log: records of transactions and without, control records that take offsets, retention.
struct SimulatedLog {
    struct Record {
        var key: [UInt8]?
        var value: Value
        var transaction: SimulatedTransaction?
    }

    enum Value {
        case bytes([UInt8])
        /// A watch event, as it is after decoding.
        case event(EngineEvent)
        /// A value of null; of the input: the member that it erases.
        case tombstone(Pseudonym)
        /// Bytes that are no watch event.
        case garbage
        /// The end of a transaction; no consumer sees it.
        case control
        /// Deleted by compaction.
        case compacted
    }

    private(set) var records: [Record] = []
    /// The first offset that retention has left.
    private(set) var start: Int64 = 0
    /// Transactions without a marker here, and their first offsets.
    private var open: [(transaction: SimulatedTransaction, first: Int64)] = []

    var high: Int64 { Int64(records.count) }

    /// Before it every transaction has ended.
    var lastStable: Int64 { open.map(\.first).min() ?? high }

    /// - Returns: whether this is the transaction's first record here.
    mutating func append(key: [UInt8]?, value: Value, of transaction: SimulatedTransaction? = nil) -> Bool {
        var isFirst = false
        if let transaction, !open.contains(where: { $0.transaction === transaction }) {
            open.append((transaction, high))
            isFirst = true
        }
        records.append(Record(key: key, value: value, transaction: transaction))
        return isFirst
    }

    /// The marker of a transaction arrives: it takes an offset.
    mutating func mark(_ transaction: SimulatedTransaction) {
        open.removeAll { $0.transaction === transaction }
        records.append(Record(key: nil, value: .control, transaction: nil))
    }

    mutating func deleteRecords(before offset: Int64) {
        start = max(start, min(offset, high))
    }

    /// Compaction: of each key only the last committed record before `offset` stays; a null goes, too, where it is the last.
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

    /// The first visible record from `position` on; the position afterwards is that of the record, or the end of what may be
    /// read: behind control records and aborted transactions.
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

    /// All committed records, whatever retention has deleted.
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
