import ShoalOperations
import ShoalPipeline

/// Decides what to report to a service manager: readiness once, and liveness only while every component makes progress.
struct ServiceReport {
    /// The current state of an instance.
    struct Observation {
        var liveness: [Health.Check] = []
        var snapshot = PipelineStatistics.Snapshot()

        var readiness: [Health.Check] { Health.readiness(snapshot) }
    }

    private(set) var isReady = false
    private var isStopping = false
    private var status = ""
    /// The maximum time until the next report during the start.
    private let patience: Duration

    init(patience: Duration) {
        self.patience = patience
    }

    /// Returns the notifications to send now. Call it about every second.
    mutating func words(_ seen: Observation) -> [ServiceManager.Notification] {
        var words: [ServiceManager.Notification] = []
        if !isReady, !isStopping, seen.readiness.allSatisfy({ $0.problem == nil }) {
            isReady = true
            words.append(.ready)
        }
        let text = isStopping ? Self.stoppingText(seen) : Self.text(seen)
        if text != status { words.append(.status(text)) }
        status = text
        // A stuck instance must be neither kept alive nor given more time.
        guard seen.liveness.allSatisfy({ $0.problem == nil }) else { return words }
        words.append(isReady || isStopping ? .watchdog : .extendTimeout(patience))
        return words
    }

    /// Returns the notifications for a requested stop.
    mutating func stop() -> [ServiceManager.Notification] {
        guard !isStopping else { return [] }
        isStopping = true
        status = "stopping: draining, committing, leaving the group"
        return [.stopping, .status(status)]
    }

    /// Returns the notifications before and after a reload. A manager that has not received `ready` still waits for it.
    func reload(at time: Int64) -> (before: [ServiceManager.Notification], after: [ServiceManager.Notification]) {
        isReady && !isStopping ? ([.reloading(at: time)], [.ready]) : ([], [])
    }

    private static func text(_ seen: Observation) -> String {
        if let stuck = seen.liveness.first(where: { $0.problem != nil }) {
            return "\(stuck.name): \(stuck.problem ?? "")"
        }
        let snapshot = seen.snapshot
        switch snapshot.state {
        case .idle: return "assigned nothing: there are more instances than partitions"
        case .working: return working(snapshot)
        default: break
        }
        let problems = seen.readiness.filter { $0.problem != nil }
        guard let first = problems.first else { return "starting" }
        guard snapshot.state == .restoring else { return first.problem ?? "" }
        let parts = problems.filter { $0.name != "restore" }
        let left = snapshot.assigned - snapshot.restores.values.count(where: \.isOver)
        let one = parts.first.map { "; \($0.name): \($0.problem ?? "")" } ?? ""
        return "taking \(snapshot.assigned) partitions over, \(left) to go\(one)"
    }

    private static func working(_ snapshot: PipelineStatistics.Snapshot) -> String {
        let lags = snapshot.partitions.values.map(\.lag)
        let lag = lags.contains(nil) ? "not known" : "\(lags.compactMap(\.self).reduce(0, +)) records"
        return "working: \(snapshot.assigned) partitions, \(snapshot.members) members, \(snapshot.clusters) clusters, "
            + "model \(snapshot.model.map(String.init) ?? "genesis"), lag \(lag)"
    }

    private static func stoppingText(_ seen: Observation) -> String {
        seen.liveness.first { $0.problem != nil }.map { "stopping; \($0.name): \($0.problem ?? "")" }
            ?? "stopping: draining, committing, leaving the group"
    }
}
