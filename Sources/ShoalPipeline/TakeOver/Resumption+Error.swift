internal import ShoalKafka
internal import ShoalSchemas

extension PipelineError {
    /// Creates the error for a partition that cannot be resumed, with the reason and the remedy.
    /// - Parameter saved: The offset of the saved state.
    init(
        _ failure: Resumption.Failure, _ part: AssignedPartition, _ committed: CommittedPosition, saved: Int64,
        _ marks: Admin.Watermarks, _ options: PipelineOptions
    ) {
        let place = options.topics.partition(of: part)
        let topic = place.topic
        let raise = "Raise retention.ms of \(topic), and start a new application with another application.id"
        switch failure {
        case .foreignPosition:
            self.init(foreign: committed, place, options)
        case .replayDeleted:
            self.init(
                .missingData,
                "the state of \(part) must be computed from offset \(saved) of \(topic), but retention has deleted the "
                    + "records before offset \(marks.low). \(raise)")
        case .unreadDeleted:
            self.init(
                .missingData,
                "records of \(topic) partition \(place.partition) from offset \(committed.offset) were deleted before "
                    + "they were read: the first remaining one is at offset \(marks.low). \(raise)")
        case .beyondEnd:
            self.init(
                .missingData,
                "\(topic) partition \(place.partition) ends at offset \(marks.high), but the group "
                    + "\(options.application) has committed offset \(committed.offset): the topic was deleted and "
                    + "created again. Start a new application with another application.id, or reset this one with "
                    + "`shoal reset`")
        }
    }

    /// Says that another program committed a position.
    init(foreign committed: CommittedPosition, _ place: TopicPartition, _ options: PipelineOptions) {
        self.init(
            .contradiction,
            "the committed offset \(committed.offset) of \(place.topic) partition \(place.partition) was not written "
                + "by Shoal (metadata \"\(String(committed.metadata.prefix(80)).printable)\"): another program "
                + "commits as group \(options.application). Stop that program, and give it another group. Then start "
                + "a new application with another application.id, or reset this one with `shoal reset`")
    }
}
