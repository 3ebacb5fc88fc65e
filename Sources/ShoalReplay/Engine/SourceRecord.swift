internal import ShoalClustering

/// The kind of a record, and its offset.
enum SourceRecord {
    case event(Int64)
    /// Stands before the events of a record, with what the clock reads of the latest of them.
    case parts(Int64, latest: EngineEvent.Tick?)
    /// One of the events of a record.
    case part(Int64)
    /// Stands after the events of a record.
    case end(Int64)
    case erase(Pseudonym, Int64)
    case rejected(Int64)

    var offset: Int64 {
        switch self {
        case .event(let place), .parts(let place, _), .part(let place), .end(let place), .erase(_, let place),
            .rejected(let place):
            place
        }
    }
}
