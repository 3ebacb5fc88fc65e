internal import ShoalKafka

/// Reads a partition of the state topic up to its high watermark. An open transaction before it is waited for.
struct StateReader {
    let around: WatchedReader.Dependencies
    let reader: ReaderClient
    /// Receives the progress of a restore; `nil` outside a restore.
    var statistics: PipelineStatistics?
    /// `nil` without checkpoints.
    let keeper: CheckpointKeeper?
    let origin: CheckpointKeeper.OriginOf

    private var options: PipelineOptions { around.options }
    private var log: PipelineLog { around.log }

    /// Reads the state. Several partitions can be read concurrently.
    /// - Throws: `PipelineError` if a record has a newer version or is damaged; `KafkaError`; `CancellationError`.
    @concurrent
    func read(_ partition: Int32, through high: Int64) async throws -> StateTable {
        var low = try await watermarks(of: partition).low
        var state = StateTable(options.sealer(of: .state, partition: partition))
        if let found = try await keeper?.load(partition, low: low, high: high, origin: origin) {
            (state, low) = (found.state, found.head.offset)
            log.info(
                "read the checkpoint", ("members", "\(state.memberCount)"), ("partition", "\(partition)"),
                ("offset", "\(low)"), ("high", "\(high)"))
        }
        try await read(partition, from: low, through: high, into: &state)
        return state
    }

    private func read(
        _ partition: Int32, from low: Int64, through high: Int64, into state: inout StateTable
    ) async throws {
        guard low < high else { return }
        let topic = options.topics.state
        let reader = try WatchedReader(
            reader, TopicPartition(topic, partition), from: low, for: .partition(partition), around)
        let started = ContinuousClock.now
        var (records, bytes) = (0, 0)
        var (told, moved) = (started, started)
        while reader.position < high {
            let batch = try reader.poll(max: 1_024)
            for index in 0..<batch.count { bytes += try take(batch, index, partition, &state) }
            state.settle()
            records += batch.count
            statistics?.restores(
                partition, at: .state(members: state.memberCount, bytes: bytes), reader.position - low, of: high - low)
            let now = ContinuousClock.now
            if batch.count > 0 {
                moved = now
                await Task.yield()
            } else {
                if now - moved > .seconds(10) {
                    moved = now + .seconds(20)
                    log.warning(
                        "waiting for an open transaction", ("topic", topic), ("partition", "\(partition)"),
                        ("offset", "\(reader.position)"),
                        ("advice", WatchedReader.hanging(topic, partition: partition, reader.position)))
                }
                try await reader.wait()
            }
            if now - told > .seconds(5) {
                told = now
                let seconds = (now - started) / .seconds(1)
                let (done, all) = (Double(reader.position - low), Double(high - low))
                log.info(
                    "restoring the state", ("members", "\(state.memberCount)"), ("megabytes", "\(bytes >> 20)"),
                    ("records_per_second", "\(Int(Double(records) / seconds))"),
                    ("seconds_left", "\(Int(seconds * (all - done) / max(done, 1)))"),
                    ("topic", topic), ("partition", "\(partition)"), ("offset", "\(reader.position)"))
            }
            try Task.checkCancellation()
        }
    }

    /// Reads new records, and writes the partition's checkpoint from them and the previous one.
    @concurrent
    func checkpoint(_ partition: Int32) async throws {
        guard let keeper else { return }
        let started = ContinuousClock.now
        let marks = try await watermarks(of: partition)
        let high = marks.high
        if var base = try await keeper.base(partition, low: marks.low, high: high, origin: origin) {
            try await read(partition, from: base.head.offset, through: high, into: &base.state)
            try await keeper.save(base.state, after: base, partition, offset: high, origin: origin)
        } else {
            var state = StateTable(options.sealer(of: .state, partition: partition))
            try await read(partition, from: marks.low, through: high, into: &state)
            try await keeper.save(state, partition, offset: high, origin: origin)
        }
        keeper.statistics.record(.checkpoint, ContinuousClock.now - started)
    }

    private func watermarks(of partition: Int32) async throws -> Admin.Watermarks {
        try await RetryPolicy(log: log).wait {
            try await around.admin.watermarks(of: TopicPartition(options.topics.state, partition))
        }
    }

    /// - Returns: The number of bytes.
    private func take(
        _ batch: borrowing MessageBatch, _ index: Int, _ partition: Int32, _ state: inout StateTable
    ) throws -> Int {
        guard let key = batch.key(index) else { return 0 }
        let value = batch.value(index)
        do throws(StateRecord.Failure) {
            try state.take(key: key, value: value, offset: batch.offset(index))
            return key.count + (value?.count ?? 0)
        } catch {
            throw PipelineError(error, options, "partition \(partition) offset \(batch.offset(index))")
        }
    }
}

extension PipelineError {
    /// - Parameter place: The position in the state topic.
    init(_ failure: StateRecord.Failure, _ options: PipelineOptions, _ place: String) {
        let topic = options.topics.state
        switch failure {
        case .newer(let format):
            self.init(
                .contradiction,
                "\(topic) \(place) has format \(format), but this version of Shoal reads up to \(StateRecord.format): "
                    + "a newer version wrote it. Run that version")
        case .older(let format):
            self.init(
                .configuration,
                "\(topic) \(place) has format \(format), whose records are not sealed: an earlier version wrote it. "
                    + "Start a new application with another application.id, reset this one with `shoal reset`, or "
                    + "continue it with the release that started it")
        case .impossible(let text):
            self.init(
                .contradiction,
                "\(topic) \(place) has a value that Shoal does not write (\(text)): another program may write to this "
                    + "topic. Delete its records (kafka-delete-records.sh); the state is then computed from the input")
        case .damaged:
            self.init(
                .contradiction,
                "\(topic) \(place) is not a state record: another program may write to this topic. Delete its records "
                    + "(kafka-delete-records.sh); the state is then computed from the input")
        }
    }
}
