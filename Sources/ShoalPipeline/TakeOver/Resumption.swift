internal import ShoalClustering
internal import ShoalKafka

/// Decides where reading resumes after a take-over: a pure function of the committed position, the saved state and the
/// partition's watermarks.
struct Resumption: Equatable {
    enum Failure: Error, Equatable {
        /// Another program committed the position.
        case foreignPosition
        /// Records that follow the committed position were deleted before they were read.
        case unreadDeleted
        /// Records between the saved state and the committed position were deleted.
        case replayDeleted
        /// The log ends before the committed position: it is not the log that was read.
        case beyondEnd
    }

    /// The first offset to read.
    let start: Int64

    /// Resumes an input partition.
    /// - Parameter saved: the offset of the saved state: that of the last snapshot, or the application's first offset.
    static func input(
        _ committed: CommittedPosition, saved: Int64, _ marks: Admin.Watermarks
    ) throws(Failure) -> Resumption {
        guard let handled = committed.handled else { throw .foreignPosition }
        guard committed.offset <= marks.high else { throw .beyondEnd }
        // There are only control records between the last record that was handled and the committed offset.
        let start = saved == handled.offset ? committed.offset : saved
        guard start >= marks.low else { throw saved < handled.offset ? .replayDeleted : .unreadDeleted }
        return Resumption(start: start)
    }

    /// Resumes the delta topic. Epoch deltas that the last model does not include are read again.
    /// - Parameters:
    ///   - committed: nil: the initial model was just written.
    ///   - oldest: the first offset that the last model asks for.
    static func deltas(
        _ committed: CommittedPosition?, oldest: Int64, _ marks: Admin.Watermarks
    ) throws(Failure) -> Resumption {
        guard let committed else { return Resumption(start: oldest) }
        guard let needed = committed.needed else { throw .foreignPosition }
        guard committed.offset <= marks.high else { throw .beyondEnd }
        if marks.low <= oldest { return Resumption(start: oldest) }
        guard marks.low <= needed else { throw .unreadDeleted }
        return Resumption(start: marks.low)
    }
}
