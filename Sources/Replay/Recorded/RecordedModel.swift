internal import Clustering

/// A model as a live group published it: what is obeyed when its run is repeated, and what is compared.
struct RecordedModel: Sendable {
    /// Where its last record stands in the model topic.
    var offset: Int64
    var bookkeeping: Bookkeeping
    /// Those that it carries for the next model.
    var settings: Settings
    /// What its header says, and what its content gives.
    var announcedHash: String
    var contentHash: String

    /// In words.
    var place: String {
        "the model of epoch \(bookkeeping.through ?? 0) (offset \(offset) of the model topic)"
    }
}
