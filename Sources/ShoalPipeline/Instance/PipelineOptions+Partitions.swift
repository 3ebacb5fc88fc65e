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

extension RecordBuffer.Topic {
    /// Returns the partition of a record: internal topics have one, and the state has that of the input.
    /// - Returns: nil for other topics: the producer's partitioner chooses by key.
    func partition(of part: AssignedPartition) -> Int32? {
        switch (self, part) {
        case (.deltas, _), (.models, _): 0
        case (.state, .input(let partition)): partition
        case (.changes, _), (.members, _), (.clusters, _), (.deadLetters, _), (.state, .deltas): nil
        }
    }
}
