import ShoalClustering
import ShoalPipeline
import ShoalReplay
import ShoalScoring

/// Runs a real log, which has no ground truth, through the engine. Seeds affect the keys and so the samples, and the
/// initial centres of the other systems' rules.
struct LogRun {
    private let name: String
    private let log: RealLog
    private let settings: Settings
    private let rules: LifecycleRules
    private let hasRules: Bool
    private let seed: Int
    private let scikitLearn: ScikitLearn?
    /// The number of checkpoints, from a fifth of the log on.
    private static let checkpoints = 10

    init(_ logCase: LogCase, seed: Int, _ rules: LifecycleRules, _ scikitLearn: ScikitLearn?) {
        (name, log, settings, hasRules) = (logCase.name, logCase.log, logCase.settings, logCase.hasRules)
        (self.seed, self.rules, self.scikitLearn) = (seed, rules, scikitLearn)
    }

    func run() throws -> RunResult {
        var result = RunResult(stream: name, seed: seed)
        let length = settings.fixed.epochLength
        guard let begin = log.events.first?.time, let end = log.events.last?.time else { return result }
        let first = begin / length
        let epochs = Int(end / length - first) + 1
        var genesis = Model.genesis(settings: settings, topics: log.topics)
        genesis.rules = rules
        var engine = GivenEpochs(genesis: genesis, partitions: 4, first: first) { _ in UnkeyedTopics() }
        var others =
            hasRules
            ? RuleRuns(
                count: settings.clustersCount ?? 16, seed: UInt64(seed), halfLife: 24, viewers: log.viewers, least: 300)
            : nil
        var moves = MoveLog()
        var operations = OperationLog()
        var next = 0
        var (stays, strays) = (0, 0)
        var time = Duration.zero
        let clock = ContinuousClock()
        let checked = Set(
            (0..<Self.checkpoints).map { epochs / 5 + (epochs - 1 - epochs / 5) * $0 / (Self.checkpoints - 1) })
        for epoch in 0..<epochs {
            let start = clock.now
            while next < log.events.count, log.events[next].time / length <= first + Int64(epoch) {
                handle(log.events[next], &engine)
                next += 1
            }
            let closed = try engine.close()
            time += clock.now - start
            let moved = moves.take(closed.changes)
            operations.take(closed.lifecycle)
            let isChecked = checked.contains(epoch)
            guard isChecked || hasRules || epoch >= epochs / 2 else { continue }
            let snapshot = MemberSnapshot(engine, viewers: log.viewers, dimension: log.topics.count)
            if epoch >= epochs / 2 {
                stays += snapshot.labels.count { $0 > 0 }
                strays += moved.count
            }
            let active = hasRules ? snapshot.viewers(activeSince: closed.epoch) : []
            others?.fit(snapshot.points(of: active), active)
            if isChecked { try score(snapshot, engine, epoch, &others, &result) }
        }
        let members = MemberSnapshot(engine, viewers: log.viewers, dimension: log.topics.count).points.count
        result.take(moves, operations, members: members, epochs: epochs)
        result[.kept] = stays > 0 ? 1 - Double(strays) / Double(stays) : .nan
        others?.report(to: &result, viewers: members)
        result[.seconds] = time / .seconds(1)
        return result
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
        _ snapshot: MemberSnapshot, _ engine: GivenEpochs<UnkeyedTopics>, _ epoch: Int, _ rules: inout RuleRuns?,
        _ result: inout RunResult
    ) throws {
        result.labels = snapshot.labels
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
        result[.largest] = Self.largest(view.labels)
        result[.batchLargest] = Self.largest(best.startsLabels.map { $0 + 1 })
        result.batchLabels = snapshot.labels.map { _ in -1 }
        for (viewer, label) in zip(view.viewers, best.startsLabels) { result.batchLabels[viewer] = label }
        rules?.score(view, ceiling: best.objective, hasTruth: false)
    }

    /// Returns the share of members in the largest cluster. Label 0 is for the unassigned.
    static func largest(_ labels: [Int32]) -> Double {
        var sizes: [Int32: Int] = [:]
        for label in labels where label > 0 { sizes[label, default: 0] += 1 }
        return Double(sizes.values.max() ?? 0) / Double(max(sizes.values.reduce(0, +), 1))
    }
}

extension RunResult {
    /// Adds what changes say of moves and operations.
    mutating func take(_ moves: MoveLog, _ operations: OperationLog, members: Int, epochs: Int) {
        let members = Double(max(members, 1))
        self[.moves] = Double(moves.moves) / members
        self[.movesIn60] = Double(moves.moves) / members * 60 / Double(epochs)
        self[.movesBySweep] = Double(moves.bySweep) / members
        self[.relabelled] = Double(moves.relabelled) / members
        self[.returns] = moves.returnShare
        self[.mergedBack] = Double(operations.mergedBack) * 100 / Double(epochs)
        self[.lifetime] = Spread(operations.lifetimes.map(Double.init)).median
    }
}
