/// Why a record of the input is not a watch event: the reason in the dead-letter topic, in metrics and in the log.
public enum Rejection: String, Error, CaseIterable, Sendable {
    /// The record has neither a value nor a key, so that no viewer can be erased.
    case noViewerToErase = "no_viewer_to_erase"
    /// The value is not valid JSON.
    case badJSON = "bad_json"
    case badProtobuf = "bad_protobuf"
    /// A field has a value of another type than the one that is expected. `Fault` names the field.
    case badField = "bad_field"
    /// A magic byte 0 without a complete Confluent frame.
    case badFrame = "bad_frame"
    /// Text that is not UTF-8.
    case badUTF8 = "bad_utf8"
    case missingViewer = "missing_viewer"
    /// The record's key differs from the viewer. `input.viewer=key` uses the key instead.
    case keyMismatch = "key_mismatch"
    case missingTime = "missing_event_time"
    /// Outside 0 … 253402300799999 ms.
    case timeOutOfRange = "event_time_out_of_range"
    /// Outside of `input.time-range`.
    case implausibleTime = "implausible_time"
    case negativeWatched = "negative_watched"
    /// Watched or duration beyond 2⁵³ ms.
    case numberOutOfRange = "number_out_of_range"
    /// Not finite, negative, or 65,536 and more.
    case badWeight = "bad_weight"
    case missingTopicName = "missing_topic_name"
    /// More than 1 MiB.
    case valueTooLarge = "value_too_large"
    /// More than 256 topics, or more than 1,024 with those that repeat.
    case tooManyTopics = "too_many_topics"
    /// More than 256 bytes.
    case topicTooLong = "topic_too_long"
    /// More than 1,024 bytes.
    case idTooLong = "id_too_long"
    /// An erasure in another partition than `input.partitioner` gives for its key: it erases the viewer there, and has to
    /// be sent to the right partition as well.
    case wrongPartition = "wrong_partition"
    /// The condition of a mapping is not met: the record is not a watch event, and no error.
    case excluded
}
