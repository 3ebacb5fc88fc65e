internal import ShoalClustering

/// Logs what becomes of clusters: each change at level debug, and a summary at level info, once a second at most.
struct LifecycleLog {
    private let log: PipelineLog
    private var counts: [LifecycleChange.Kind: Int] = [:]
    private var models = 0
    private var due = ContinuousClock.now
    private static let pause = Duration.seconds(1)

    init(_ log: PipelineLog) {
        self.log = log
    }

    /// Takes the changes of a model. Those of models that follow each other quickly are summed up in one line.
    mutating func add(_ changes: [LifecycleChange], model: Model, version: Epoch, now: ContinuousClock.Instant = .now) {
        for change in changes {
            log.debug(
                "cluster changed", ("kind", "\(change.kind)"), ("cluster", "\(change.cluster)"),
                ("members", "\(change.members)"), ("model", "\(change.version)"))
            counts[change.kind, default: 0] += 1
        }
        models += 1
        guard !counts.isEmpty, now >= due else { return }
        let kinds = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { ("\($0.key)", "\($0.value)") }
        log.info(
            "clusters changed",
            [
                ("model", "\(version)"), ("models", "\(models)"),
                ("clusters", "\(model.clusters.count(where: \.isActive))"),
            ] + kinds)
        (counts, models, due) = ([:], 0, now + Self.pause)
    }
}
