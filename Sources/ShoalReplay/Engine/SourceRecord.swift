internal import ShoalClustering

/// The kind of a record, and its offset.
enum SourceRecord {
    case event(Int64)
    case erase(Pseudonym, Int64)
    case rejected(Int64)
}
