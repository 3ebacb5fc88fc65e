internal import ShoalClustering

/// A model published by a live group, for repeating and comparing its run.
struct RecordedModel: Sendable {
    /// The offset of its last record in the model topic.
    var offset: Int64
    var bookkeeping: Bookkeeping
    /// The settings for the next model.
    var settings: Settings
    /// The rules for the next model.
    var rules: LifecycleRules
    /// The content hash in the header, and the one computed from the content.
    var announcedHash: String
    var contentHash: String

    /// The location as text.
    var place: String {
        "the model of epoch \(bookkeeping.through ?? 0) (offset \(offset) of the model topic)"
    }
}
