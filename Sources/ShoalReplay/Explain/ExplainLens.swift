internal import ShoalClustering
internal import ShoalPipeline

/// Records the steps of one member. Not thread-safe.
final class ExplainLens: MemberLens {
    private(set) var steps: [ExplainReport.Step] = []
    private(set) var events: Int64 = 0
    private let partition: Int32
    private let onlyChanges: Bool
    private let most: Int
    private var open: ExplainReport.Step?
    /// The input offset of the change whose steps are recorded; `nil` for all.
    var wantedOffset: Int64?
    private var hasFound = false

    /// - Parameters:
    ///   - onlyChanges: Whether to omit steps that do not change the published cluster.
    ///   - most: The maximum number of steps, keeping the last ones.
    init(members: Set<Pseudonym>, partition: Int32, onlyChanges: Bool, most: Int) {
        self.partition = partition
        self.onlyChanges = onlyChanges
        self.most = most
        super.init(members: members)
    }

    override func before(_ event: borrowing EngineEvent, at offset: Int64, _ shard: borrowing Shard<KeyedTopics>) {
        events += 1
        let total = event.topics.reduce(Int64(0)) { $0 + Int64($1.weight) }
        let topics = event.topics.map { topic in
            ExplainReport.Topic(
                name: String(decoding: event.text[topic.name], as: UTF8.self),
                share: total > 0 ? Int64(topic.weight) * 1_000_000 / total : 0)
        }
        open = ExplainReport.Step(
            kind: "event", inputPartition: partition, inputOffset: offset, eventTime: event.time, topics: topics,
            watched: event.watched, duration: event.duration > 0 ? event.duration : nil,
            modelVersion: shard.version, before: state(shard))
    }

    override func after(_ shard: borrowing Shard<KeyedTopics>) {
        close(shard)
    }

    override func beforeOpening(_ shard: borrowing Shard<KeyedTopics>, at offset: Int64) {
        open = ExplainReport.Step(
            kind: "opening", inputPartition: partition, inputOffset: offset, topics: [], before: state(shard))
    }

    override func afterOpening(_ shard: borrowing Shard<KeyedTopics>) {
        // Between the steps of an opening, the epoch before is the open one.
        open?.modelVersion = shard.neededModel ?? shard.version
        // An opening that does not move the member is not a step.
        let (before, after) = (open?.before, state(shard))
        if before?.cluster == after?.cluster, before?.publishedCluster == after?.publishedCluster,
            before?.lastPublished == after?.lastPublished
        {
            open = nil
            return
        }
        close(shard)
    }

    private func close(_ shard: borrowing Shard<KeyedTopics>) {
        guard var step = open else { return }
        open = nil
        step.after = state(shard)
        if onlyChanges, !step.isChange { return }
        if let wantedOffset { return keep(step, publishedAt: wantedOffset) }
        steps.append(step)
        if steps.count > most { steps.removeFirst() }
    }

    /// Keeps the step that published a change at the offset, after those that moved the member since the last published
    /// change.
    private func keep(_ step: ExplainReport.Step, publishedAt offset: Int64) {
        guard !hasFound else { return }
        hasFound = step.isPublished && step.inputOffset == offset
        if step.isPublished, !hasFound {
            steps = []
        } else if step.isChange {
            steps.append(step)
            if steps.count > most { steps.removeFirst() }
        }
    }

    private func state(_ shard: borrowing Shard<KeyedTopics>) -> ExplainReport.State? {
        guard let member, let explained = shard.explain(member) else { return nil }
        let model = shard.current.model
        let total = explained.weights.reduce(Int64(0)) { $0 + Int64($1.weight) }
        func millionths(_ score: Int64) -> Int64 { (score * 1_000_000) >> 30 }
        return ExplainReport.State(
            cluster: explained.cluster, publishedCluster: explained.publishedCluster,
            lastPublished: explained.lastPublished, events: explained.events,
            topics: explained.weights.compactMap { entry in
                model.names([entry.topic]).first.map {
                    ExplainReport.Topic(name: $0, share: Int64(entry.weight) * 1_000_000 / max(total, 1))
                }
            },
            scores: explained.scores.prefix(5).map { entry in
                ExplainReport.Score(
                    cluster: entry.cluster, similarity: millionths(entry.score),
                    isWithheld: model.publishedCluster(of: entry.cluster) != entry.cluster)
            },
            own: explained.scores.first { $0.cluster == explained.cluster }.map { millionths($0.score) },
            joins: millionths(explained.joins), moves: millionths(explained.moves),
            returns: millionths(explained.returns), leaves: millionths(explained.leaves))
    }
}
