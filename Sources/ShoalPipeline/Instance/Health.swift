/// The liveness, startup and readiness checks of an instance, each with its problem if it fails.
public enum Health {
    public struct Check: Equatable, Sendable {
        public var name: String
        /// The problem; `nil` if the check passes.
        public var problem: String?

        init(_ name: String, _ problem: String? = nil) {
            self.name = name
            self.problem = problem
        }
    }

    /// Checks that every component makes progress. A failure is cured by a restart.
    public static func liveness(_ heartbeats: [Heartbeats.Status]) -> [Check] {
        heartbeats.map { status in
            Check(
                "\(status.part)",
                status.isStuck ? "no progress for \(status.age / 1_000) s; it was \(status.doing)" : nil)
        }
    }

    /// Checks that the instance is in the group and has restored its partitions, if any.
    public static func readiness(_ snapshot: PipelineStatistics.Snapshot) -> [Check] {
        let group = Check("group", groupProblem(snapshot))
        let foreign = snapshot.foreignMembers.filter { !$0.partitions.isEmpty }.map { member in
            Check("foreign member", "another program is in the consumer group: \(member.text)")
        }
        guard snapshot.state == .restoring else { return [group] + foreign }
        let parts = snapshot.restores.sorted { $0.key < $1.key }.map { partition, progress in
            Check("partition \(partition)", progress.isOver ? nil : "restoring: \(progress.text)")
        }
        return [group] + foreign + [Check("restore", "taking \(snapshot.assigned) partitions over")] + parts
    }

    /// Checks that the instance has joined the group and completed its first take-over at any time.
    public static func startup(_ snapshot: PipelineStatistics.Snapshot) -> [Check] {
        if snapshot.hasStarted { return [Check("started")] }
        let problems = readiness(snapshot)
        return problems.contains { $0.problem != nil } ? problems : problems + [Check("started", "not yet")]
    }

    private static func groupProblem(_ snapshot: PipelineStatistics.Snapshot) -> String? {
        let wait = snapshot.groupWait.map { "; \($0.text)" } ?? ""
        return switch snapshot.state {
        case .starting: "starting"
        case .waiting(let what): "waiting: \(what)"
        case .joining: "joining the group\(wait)"
        case .released: "waiting for an assignment\(wait)"
        case .stopping: "stopping"
        case .idle, .restoring, .working: nil
        }
    }
}

extension PipelineStatistics.Snapshot {
    /// Assigned and restored, or assigned nothing, and no partition is with a foreign member of the group.
    public var isReady: Bool {
        (state == .working || state == .idle) && foreignMembers.allSatisfy(\.partitions.isEmpty)
    }
}
