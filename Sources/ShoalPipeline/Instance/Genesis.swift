internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSettings

/// Creates the genesis model. The first offset of each input partition is looked up once, here.
struct Genesis {
    let options: PipelineOptions
    let admin: Admin

    func record() async throws -> ModelRecord {
        guard let count = try await admin.partitions(of: options.topics.input) else {
            throw PipelineError(.missingData, "the input topic \(options.topics.input) does not exist any more")
        }
        var offsets: [Int64] = []
        for partition in 0..<count {
            let partition = TopicPartition(options.topics.input, partition)
            let marks = try await admin.watermarks(of: partition)
            switch options.start {
            case .beginning: offsets.append(marks.low)
            case .end: offsets.append(marks.high)
            case .time(let time): offsets.append(try await admin.offset(of: partition, atTime: time))
            }
        }
        let deltas = try await admin.watermarks(of: TopicPartition(options.topics.deltas, 0)).high
        let model = Model.genesis(settings: options.settings, topics: options.vocabulary)
        return ModelRecord(
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: offsets.map { _ in PartitionState() },
                deltaOffset: deltas, oldestOffset: deltas),
            firstOffsets: offsets, keyFingerprint: options.key.fingerprint, model: model)
    }
}
