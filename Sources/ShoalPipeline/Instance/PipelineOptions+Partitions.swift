internal import ShoalKafka

extension PipelineOptions.Topics {
    /// Returns the topic partition of an assigned partition.
    func partition(of part: AssignedPartition) -> TopicPartition {
        switch part {
        case .input(let partition): TopicPartition(input, partition)
        case .deltas: TopicPartition(deltas, 0)
        }
    }

    /// Returns the assigned partition of a topic partition, or `nil` if it does not belong to the application.
    func part(of partition: TopicPartition) -> AssignedPartition? {
        if partition.topic == input { return .input(partition.partition) }
        return partition.topic == deltas && partition.partition == 0 ? .deltas : nil
    }
}
