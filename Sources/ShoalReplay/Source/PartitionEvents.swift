internal import ShoalClustering
internal import ShoalPipeline

/// Events of one partition and, with given epochs, of one epoch.
struct PartitionEvents: Sendable {
    var epoch: Epoch?
    var partition: Int
    var chunk: EventChunk
}
