internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// The records of a partition, in order.
protocol EventSource: SendableMetatype {
    /// Returns the next available record, or `nil`.
    /// - Parameter event: A reusable buffer. Receives the event if the record is one.
    mutating func next(_ event: inout EngineEvent) -> SourceRecord?

    /// Returns the event at this distance after the last one, or `nil` if it is not known yet.
    func upcoming(_ distance: Int) -> UpcomingEvent?

    /// Waits for records.
    /// - Returns: False at the end.
    mutating func fill() async throws -> Bool
}
