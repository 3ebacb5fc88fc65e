import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import ShoalReplay
import ShoalScoring

/// Runs one stream with one seed through the engine and through other systems' rules.
struct StreamRun {
    let name: StreamName
    let seed: Int
    private let scikitLearn: ScikitLearn?
    private let shape: StreamShape
    private var stream: WatchStream
    private var engine: GivenEpochs<UnkeyedTopics>
    private let settings: Settings
    private let topics: [[UInt8]]
    /// The engine's number of the stream's first epoch.
    private let first: Epoch

    private var moves = MoveLog()
    private var lifecycle = OperationLog()
    private var judge: ScriptJudge
    private var rules: RuleRuns?
    private var result: RunResult
    private var agreements: [Double] = []
    private var operations = 0
    /// The number of assigned viewers summed over epochs, and of those that events moved to another cluster.
    private var stays = 0
    private var strays = 0
    private var archetypes: [Int] = []
    /// The epoch in which a viewer's archetype last changed.
    private var turned: [Int: Int] = [:]
    private var previous: [Int32] = []
    private var engineTime = Duration.zero

    /// Scores include viewers that were active within this number of epochs.
    static let activeEpochs = 48
    static let settled = 20

    init?(_ name: StreamName, seed: Int, _ lifecycleRules: LifecycleRules, _ scikitLearn: ScikitLearn?) throws {
        guard let shape = name.shape else { return nil }
        (self.name, self.seed, self.shape, self.scikitLearn) = (name, seed, shape, scikitLearn)
        stream = try WatchStream(shape, seed: UInt64(seed))
        first = shape.startTime / shape.epochLength
        var settings = Settings()
        settings.fixed.epochLength = shape.epochLength
        settings.halfLife = 24 * shape.epochLength
        settings.minClusterSize = 1
        if name == .fine {
            settings.clustersMinShare = 200
            settings.clustersMax = 1_024
        }
        if name == .drift { settings.memberTTL = 48 * shape.epochLength }
        self.settings = settings
        topics = stream.topicNames.map { Array($0.utf8) }
        var genesis = Model.genesis(settings: settings, topics: topics)
        genesis.rules = lifecycleRules
        engine = GivenEpochs(genesis: genesis, partitions: 4, first: first) { _ in UnkeyedTopics() }
        judge = ScriptJudge(steps: Self.steps(of: shape), settled: Self.settled)
        if !name.isLarge {
            rules = RuleRuns(
                count: shape.archetypes, seed: UInt64(seed), halfLife: 5, viewers: shape.viewers * 11 / 10, least: 800)
        }
        result = RunResult(stream: name.rawValue, seed: seed)
    }

    /// Returns the script in the judge's form. New archetypes follow the initial ones.
    private static func steps(of shape: StreamShape) -> [ScriptStep] {
        var added = Int32(shape.archetypes)
        return shape.script.steps.sorted { $0.epoch < $1.epoch }.compactMap { step in
            switch step.action {
            case .birth:
                defer { added += 1 }
                return ScriptStep(.birth, groups: [added], begins: step.epoch)
            case .split(let group):
                defer { added += 1 }
                return ScriptStep(.split, groups: [Int32(group), added], begins: step.epoch)
            case .converge(let left, let right, _):
                return ScriptStep(.merge, groups: [Int32(left), Int32(right)], begins: step.epoch)
            case .silence(let group): return ScriptStep(.death, groups: [Int32(group)], begins: step.epoch)
            case .scatter(let group, _): return ScriptStep(.scatter, groups: [Int32(group)], begins: step.epoch)
            case .wander(let group, _): return ScriptStep(.wander, groups: [Int32(group)], begins: step.epoch)
            case .viral: return nil
            }
        }
    }

    mutating func run() throws -> RunResult {
        let clock = ContinuousClock()
        for epoch in 0..<shape.epochs {
            noteTruth(epoch)
            guard let events = stream.nextEpoch() else { break }
            let start = clock.now
            handle(events)
            let closed = try engine.close()
            engineTime += clock.now - start
            try take(closed, epoch)
        }
        finish()
        return result
    }

    /// Records the archetypes in the epoch that begins.
    private mutating func noteTruth(_ epoch: Int) {
        for viewer in 0..<stream.viewers {
            let archetype = stream.taste(of: viewer).archetype
            if viewer == archetypes.count {
                archetypes.append(archetype)
            } else if archetypes[viewer] != archetype {
                archetypes[viewer] = archetype
                turned[viewer] = epoch
            }
        }
    }

    private mutating func handle(_ events: [GeneratedEvent]) {
        var input = EngineEvent()
        for event in events {
            input.member = Viewer.pseudonym(event.viewer, seed: UInt64(seed))
            input.order = Viewer.order(event.viewer, seed: UInt64(seed))
            input.text.removeAll(keepingCapacity: true)
            input.topics.removeAll(keepingCapacity: true)
            for topic in event.topics {
                let start = input.text.count
                input.text.append(contentsOf: topics[topic.topic])
                input.topics.append(.init(name: start..<input.text.count, weight: topic.q16))
            }
            input.watched = event.watched
            input.duration = event.duration
            input.time = event.time
            engine.handle(input, partition: event.viewer % engine.shards.count)
        }
    }

    private mutating func take(_ closed: GivenEpochs<UnkeyedTopics>.Closed, _ epoch: Int) throws {
        let moved = moves.take(closed.changes)
        let snapshot = MemberSnapshot(engine, viewers: stream.viewers, dimension: shape.topics)
        countStays(moved, epoch)
        previous = snapshot.labels
        let active = name.isLarge ? [] : snapshot.viewers(activeSince: closed.epoch)
        rules?.fit(snapshot.points(of: active), active)
        lifecycle.take(closed.lifecycle)
        let changes = closed.lifecycle.map { change in
            var change = change
            change.version -= first
            return change
        }
        operations += changes.count { Int($0.version) >= Self.settled && $0.kind != .drifted && $0.kind != .split }
        let isCheckpoint = name.checkpoints.contains(epoch)
        let isScored = isCheckpoint || epoch % 5 == 4
        guard isScored || name == .drift else { return }
        let view = self.view(snapshot, epoch)
        if name == .drift { judge.take(view, changes) }
        if isScored { try score(view, isCheckpoint) }
    }

    private mutating func countStays(_ moved: Set<Pseudonym>, _ epoch: Int) {
        guard epoch >= shape.epochs / 2 || name == .drift && epoch >= 30 else { return }
        for (viewer, label) in previous.enumerated() where label > 0 {
            if let turn = turned[viewer], epoch - turn < Self.activeEpochs { continue }
            stays += 1
        }
        for pseudonym in moved {
            let viewer = Viewer.number(of: pseudonym)
            if let turn = turned[viewer], epoch - turn < Self.activeEpochs { continue }
            strays += 1
        }
    }

    private func view(_ snapshot: MemberSnapshot, _ epoch: Int) -> EpochView {
        let current = engine.shards[0].current
        let version = current.version.map { Int($0 - first) } ?? -1
        var view = EpochView(epoch: epoch, version: version, dimension: shape.topics)
        view.viewers = snapshot.viewers(activeSince: first + Epoch(epoch - Self.activeEpochs + 1))
        view.labels = view.viewers.map { snapshot.labels[$0] }
        view.points = snapshot.points(of: view.viewers)
        for viewer in view.viewers {
            view.groups.append(Int32(archetypes[viewer]))
            view.isPure.append(stream.taste(of: viewer).mix == 0)
        }
        view.active = Set(engine.model.clusters.filter(\.isActive).map { Int32(bitPattern: $0.id) })
        view.leastMembers = max(40, Int(engine.model.assigned * settings.clustersMinShare / 1_000_000))
        return view
    }

    private mutating func score(_ view: EpochView, _ isCheckpoint: Bool) throws {
        let model = ModelCentroids(engine.shards[0].current.model, dimension: shape.topics)
        guard !model.ids.isEmpty else { return }
        let agreement = view.agreement
        result[.ari] = agreement.adjustedRand
        if view.epoch >= 15 { agreements.append(agreement.adjustedRand) }
        var ceiling: Ceiling?
        if isCheckpoint {
            let seed = seed * 1_000 + view.epoch
            let others = try scikitLearn.map { [try $0.labels(view.points, count: model.ids.count, seed: seed)] }
            let best = Ceiling(
                view.points, online: model.centroids, truth: view.groups, others: others ?? [], seed: UInt64(seed))
            let objective = model.objective(view.points, view.labels)
            result.append(objective / best.objective, to: .objective)
            result.append(objective / best.startsObjective, to: .againstStarts)
            result[.objectiveEnd] = objective / best.objective
            result[.ami] = agreement.adjustedMutualInformation
            let pure = view.pure
            result[.batchARI] =
                Agreement(pure.map { view.groups[$0] }, pure.map { best.startsLabels[$0] }).adjustedRand
            ceiling = best
            result.notes.append("epoch \(view.epoch): " + model.account(view.points, view.labels, best))
        }
        if view.epoch >= 15 { rules?.score(view, ceiling: ceiling?.objective, hasTruth: true) }
        guard view.epoch == shape.epochs - 1 else { return }
        var sizes: [Int32: Int] = [:]
        for group in view.groups { sizes[group, default: 0] += 1 }
        let groups = sizes.values.count { $0 >= view.leastMembers }
        result[.clusters] = Double(model.ids.count)
        result[.trueClusters] = Double(groups)
        result[.largest] = LogRun.largest(view.labels)
        result[.clusterError] = Double(abs(model.ids.count - groups))
        result[.unassigned] = Double(view.labels.count { $0 == 0 }) / Double(max(view.labels.count, 1))
    }

    private mutating func finish() {
        result[.ariMean] = Spread(agreements).mean
        result.take(moves, lifecycle, members: stream.viewers, epochs: shape.epochs)
        result[.kept] = stays > 0 ? 1 - Double(strays) / Double(stays) : .nan
        let epochs = Double(shape.epochs - Self.settled)
        result[.late] = Double(operations) * 100 / epochs
        rules?.report(to: &result, viewers: stream.viewers)
        result[.seconds] = engineTime / .seconds(1)
        guard name == .drift else { return }
        for (step, finding) in zip(judge.steps, judge.findings) where step.kind != .wander {
            result[.delay(step.kind)] = finding.delay ?? .nan
            result[.delayOfMembers(step.kind)] = finding.delayOfMembers ?? .nan
            result.notes.append("\(step.kind): \(finding)")
        }
        result[.unmirrored] = Double(judge.unmirrored.count) * 100 / epochs
        result[.wanderers] = Double(judge.wanderers.count)
        result.notes += judge.unmirrored
    }
}
