extension PipelineError {
    /// Describes data that a take-over found missing, and the remedy.
    init(_ hole: TakeOver.MissingData, _ options: PipelineOptions) {
        switch hole {
        case .positionForgotten(let part):
            self.init(
                .missingData,
                "the group \(options.application) has no committed position of \(part), but has published before: "
                    + "Kafka deletes the offsets of a group that is empty for longer than offsets.retention.minutes. "
                    + "Start a new application with another application.id, or delete \(options.topics.models) and "
                    + "\(options.topics.deltas) to start this one from the beginning")
        case .modelsGone(let part):
            self.init(
                .missingData,
                "\(part) has a committed position, but \(options.topics.models) has no genesis model: the topic was "
                    + "deleted, or its retention deletes models. Start a new application with another application.id")
        case .confused:
            self.init(.contradiction, "a take-over came out of step")
        }
    }
}
