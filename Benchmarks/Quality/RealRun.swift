import ShoalClustering
import ShoalPipeline
import ShoalReplay
import ShoalScoring

/// Runs the real log, which has no ground truth, through the engine with a fixed number of clusters. Seeds affect the
/// samples, and the initial centres of the other systems' rules.
struct RealRun {
    private let log: RealLog
    private let seed: Int
    private let scikitLearn: ScikitLearn?
    private static let clusters = 16
    private static let epochLength: Int64 = 3_600_000
    /// The number of checkpoints, from a fifth of the log on.
    private static let checkpoints = 10

    init(_ log: RealLog, seed: Int, _ scikitLearn: ScikitLearn?) {
        self.log = log
        self.seed = seed
        self.scikitLearn = scikitLearn
    }

    func run() throws -> RunResult {
        var result = RunResult(stream: StreamName.real.rawValue, seed: seed)
        guard let begin = log.events.first?.time, let end = log.events.last?.time else { return result }
        let first = begin / Self.epochLength
        let epochs = Int(end / Self.epochLength - first) + 1
        var engine = GivenEpochs(settings: settings, topics: log.topics, partitions: 4, first: first) { _ in
            UnkeyedTopics()
        }
        var rules = RuleRuns(
            count: Self.clusters, seed: UInt64(seed), halfLife: 24, viewers: log.viewers, least: 300)
        var moves = MoveLog()
        var next = 0
        var (stays, strays) = (0, 0)
        var time = Duration.zero
        let clock = ContinuousClock()
        let checked = Set(
            (0..<Self.checkpoints).map { epochs / 5 + (epochs - 1 - epochs / 5) * $0 / (Self.checkpoints - 1) })
        for epoch in 0..<epochs {
            let start = clock.now
            while next < log.events.count, log.events[next].time / Self.epochLength <= first + Int64(epoch) {
                handle(log.events[next], &engine)
                next += 1
            }
            let closed = try engine.close()
            time += clock.now - start
            let moved = moves.take(closed.changes)
            let snapshot = MemberSnapshot(engine, viewers: log.viewers, dimension: log.topics.count)
            if epoch >= epochs / 2 {
                stays += snapshot.labels.count { $0 > 0 }
                strays += moved.count
            }
            let active = snapshot.viewers(activeSince: closed.epoch)
            rules.fit(snapshot.points(of: active), active)
            guard checked.contains(epoch) else { continue }
            try score(snapshot, engine, epoch, &rules, &result)
        }
        let members = MemberSnapshot(engine, viewers: log.viewers, dimension: log.topics.count).points.count
        result[.moves] = Double(moves.moves) / Double(max(members, 1))
        result[.movesIn60] = Double(moves.moves) / Double(max(members, 1)) * 60 / Double(epochs)
        result[.movesBySweep] = Double(moves.bySweep) / Double(max(members, 1))
        result[.returns] = moves.returnShare
        result[.kept] = stays > 0 ? 1 - Double(strays) / Double(stays) : .nan
        rules.report(to: &result, viewers: members)
        result[.seconds] = time / .seconds(1)
        return result
    }

    private var settings: Settings {
        var settings = Settings()
        settings.fixed.epochLength = Self.epochLength
        settings.halfLife = 7 * 24 * 3_600_000
        settings.seedMembers = 300
        settings.clustersCount = Self.clusters
        settings.minClusterSize = 1
        return settings
    }

    private func handle(_ event: RealLog.Event, _ engine: inout GivenEpochs<UnkeyedTopics>) {
        var input = EngineEvent()
        input.member = Viewer.pseudonym(Int(event.viewer), seed: UInt64(seed))
        input.order = Viewer.order(Int(event.viewer), seed: UInt64(seed))
        input.id = event.id
        for topic in event.topics {
            let start = input.text.count
            input.text.append(contentsOf: log.topics[Int(topic)])
            input.topics.append(.init(name: start..<input.text.count, weight: 1 << 16))
        }
        input.watched = event.watched
        input.duration = event.duration
        input.time = event.time
        engine.handle(input, partition: Int(event.viewer) % engine.shards.count)
    }

    private func score(
        _ snapshot: MemberSnapshot, _ engine: GivenEpochs<UnkeyedTopics>, _ epoch: Int, _ rules: inout RuleRuns,
        _ result: inout RunResult
    ) throws {
        let model = ModelCentroids(engine.shards[0].current.model, dimension: log.topics.count)
        guard !model.ids.isEmpty else { return }
        var view = EpochView(epoch: epoch, version: epoch, dimension: log.topics.count)
        view.viewers = snapshot.viewers(activeSince: .min)
        view.labels = view.viewers.map { snapshot.labels[$0] }
        view.points = snapshot.points(of: view.viewers)
        view.isPure = view.viewers.map { _ in false }
        let seed = seed * 1_000 + epoch
        let others = try scikitLearn.map { [try $0.labels(view.points, count: model.ids.count, seed: seed)] }
        let best = Ceiling(
            view.points, online: model.centroids, truth: nil, others: others ?? [], seed: UInt64(seed))
        let objective = model.objective(view.points, view.labels)
        result.append(objective / best.objective, to: .objective)
        result.append(objective / best.startsObjective, to: .againstStarts)
        result[.objectiveEnd] = objective / best.objective
        result.notes.append("epoch \(epoch): " + model.account(view.points, view.labels, best))
        result[.clusters] = Double(model.ids.count)
        result[.unassigned] = Double(view.labels.count { $0 == 0 }) / Double(max(view.labels.count, 1))
        rules.score(view, ceiling: best.objective, hasTruth: false)
    }
}
