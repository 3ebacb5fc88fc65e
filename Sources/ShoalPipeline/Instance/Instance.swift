internal import ShoalClustering
public import ShoalKafka
internal import ShoalSettings
import Synchronization

/// An instance of Shoal: a member of the consumer group that takes partitions over, processes them and releases them,
/// until it is stopped.
public final class Instance: Sendable {
    let dependencies: Assignment.Dependencies
    private let isStopping = Mutex(false)
    /// Why the instance cannot go on, found from outside of the work.
    private let finding = Mutex<PipelineError?>(nil)
    public let statistics: PipelineStatistics
    private var heartbeats: Heartbeats { statistics.heartbeats }

    private var options: PipelineOptions { dependencies.options }
    private var log: PipelineLog { dependencies.log }

    public init(_ options: PipelineOptions, log: PipelineLog) throws(KafkaError) {
        let admin = try Admin(options.kafka, patience: options.watchdogTimeout / 2)
        statistics = PipelineStatistics(heartbeats: Heartbeats(timeout: options.watchdogTimeout))
        dependencies = Assignment.Dependencies(
            options: options, admin: admin, group: GroupActor(options: options, log: log),
            committer: Committer(options: options, admin: admin, statistics: statistics, log: log),
            statistics: statistics, log: log,
            keeper: CheckpointKeeper(options, statistics: statistics, log: log))
    }

    /// Requests a graceful stop: `run` drains, commits, leaves the group, and returns.
    public func stop() {
        isStopping.withLock { $0 = true }
        dependencies.group.arrivals.notify()
    }

    /// Ends `run` with an error, as if the process were killed: it neither drains nor commits, and does not leave the
    /// group, whose coordinator waits for the end of the session. For the demo.
    package func kill() {
        fail(PipelineError(.kafka, "killed"))
    }

    private func fail(_ reason: PipelineError) {
        finding.withLock { $0 = reason }
        dependencies.group.arrivals.notify()
    }

    private var isStopped: Bool { isStopping.withLock { $0 } }

    /// Runs until it is stopped.
    /// - Throws: `PipelineError` if it cannot continue; `KafkaError`.
    public func run() async throws {
        let watchdog = Watchdog(heartbeats, log: log)
        defer {
            heartbeats.end()
            withExtendedLifetime(watchdog) {}
        }
        let preflight = Preflight(options: options, admin: dependencies.admin, log: log)
        guard try await preflight.pass(until: { self.isStopped }, tell: { statistics.enter(.waiting($0)) }) else {
            return
        }
        let watch = ClusterWatch(options: options, admin: dependencies.admin, statistics: statistics, log: log)
        let watching = Task { await watch.run(fail) }
        defer { watching.cancel() }
        var state = State(wait: AssignmentWait(patience: options.assignmentPatience))
        var group = GroupLife()
        var action = group.begin()
        while action != .exit {
            do {
                action = group.next(try await carryOut(action, &state))
            } catch {
                state.failure = state.failure ?? error
                action = group.next(.failed)
            }
        }
        if let failure = state.failure { throw failure }
        log.info("stopped")
    }

    /// The state between two actions.
    private struct State {
        /// The partitions of the last assignment.
        var parts: [AssignedPartition] = []
        var running: Running?
        /// The failed work and its error, kept only until ownership is checked, because it holds the members.
        var failed: (running: Running, error: any Error)?
        /// The error that `run` will throw.
        var failure: (any Error)?
        var hasJoined = false
        /// Detects a missing assignment.
        var wait: AssignmentWait
    }

    /// A running assignment and its outcome.
    private final class Running: Sendable {
        let assignment: Assignment
        let task: Task<Void, Never>
        private let outcome: Outcome

        private final class Outcome: Sendable {
            let value = Mutex<Result<Assignment.End, any Error>?>(nil)
        }

        /// - Parameter end: Is notified when there is an outcome.
        init(_ assignment: Assignment, notifying end: Signal) {
            let outcome = Outcome()
            self.outcome = outcome
            self.assignment = assignment
            task = Task {
                let result: Result<Assignment.End, any Error>
                do { result = .success(try await assignment.run()) } catch { result = .failure(error) }
                outcome.value.withLock { $0 = result }
                end.notify()
            }
        }

        /// The outcome; `nil` while it is running.
        var result: Result<Assignment.End, any Error>? { outcome.value.withLock { $0 } }
    }

    private func carryOut(_ action: GroupLife.Action, _ state: inout State) async throws -> GroupLife.Event {
        noteProgress(action)
        switch action {
        case .prepare:
            try await dependencies.committer.prepare()
        case .join:
            // Pause before rejoining after a loss.
            if state.hasJoined { try await Task.sleep(for: .milliseconds(500)) }
            try await dependencies.group.join()
            if !state.hasJoined {
                log.info("joined the group", ("group", options.application), ("instance", options.instance))
            }
            state.hasJoined = true
            state.wait.begin(Monotonic.now)
        case .wait:
            return try await event(&state)
        case .acknowledge:
            state.wait.end()
            _ = try await dependencies.group.acknowledgeAssignment()
        case .work:
            // The assignment may have been lost between the callback and this call.
            guard let metadata = try await dependencies.group.acknowledgeAssignment() else { return .ended(.lost) }
            state.wait.end()
            state.running = Running(
                try Assignment(state.parts, metadata: metadata, dependencies: dependencies),
                notifying: dependencies.group.arrivals)
        case .drain:
            return await drain(&state)
        case .cancel:
            state.running?.task.cancel()
            await state.running?.task.value
            return end(&state)
        case .abandon:
            await dependencies.committer.abandon()
        case .release:
            await dependencies.group.acknowledgeRevocation()
            state.wait.begin(Monotonic.now)
        case .ask:
            return try await ask(&state)
        case .leave:
            await dependencies.group.leave()
        case .exit:
            break
        }
        return .done
    }

    /// Reports the current action as a heartbeat.
    private func noteProgress(_ action: GroupLife.Action) {
        switch action {
        case .wait: break
        case .join, .acknowledge, .release, .exit: heartbeats.beat(.group, "in the group: \(action)")
        case .leave: heartbeats.beat(.group, "leaving the group", grace: 5_000)
        // Other components own these steps and report their own heartbeats.
        case .prepare, .work, .drain, .cancel, .abandon, .ask: heartbeats.rest(.group, "in the group: \(action)")
        }
        switch action {
        case .join: statistics.enter(.joining)
        case .drain, .cancel: statistics.enter(isStopped ? .stopping : .released)
        case .leave: statistics.enter(isStopped ? .stopping : .joining)
        default: break
        }
    }

    /// Waits for the next event.
    private func event(_ state: inout State) async throws -> GroupLife.Event {
        let arrivals = dependencies.group.arrivals
        while true {
            let seen = arrivals.count
            if isStopped { return .stop }
            if let found = finding.withLock({ $0 }) { throw found }
            heartbeats.beat(.group, "polling the group")
            switch try await dependencies.group.poll() {
            case .assigned(let partitions):
                state.parts = partitions.compactMap { options.topics.part(of: $0) }
                statistics.assigned(state.parts)
                log.info(
                    state.parts.isEmpty
                        ? "assigned nothing: there are more instances than partitions" : "assigned",
                    ("partitions", state.parts.sorted().map(\.description).joined(separator: ", ")),
                    ("member", await dependencies.group.memberID))
                return .assigned(isEmpty: state.parts.isEmpty)
            case .revoked(_, let isLost):
                statistics.enter(.released)
                log.info(isLost ? "lost the assignment" : "revoked: draining")
                return .revoked(isLost: isLost)
            case .failed(let error):
                log.warning("removed from the group: joining again", ("error", error.message))
                return .expelled
            case nil:
                if await isDeaf(&state) { return .expelled }
            }
            if state.running?.result != nil { return end(&state) }
            // Not longer, because of the heartbeat and the search for a missing assignment.
            let pause = state.wait.isWaiting ? min(.seconds(1), options.idlePause) : options.idlePause
            await arrivals.wait(past: seen, atMost: Monotonic.pause(pause))
        }
    }

    /// Returns whether the group's client is stalled: no assignment for too long, although brokers answer other
    /// clients.
    private func isDeaf(_ state: inout State) async -> Bool {
        let now = Monotonic.now
        guard let time = state.wait.isDue(now) else { return false }
        heartbeats.rest(.group, "asking whether brokers answer")
        let hasAnswer = (try? await dependencies.admin.reach(timeout: .seconds(5))) != nil
        guard state.wait.isOver(hasAnswer: hasAnswer, Monotonic.now) else { return false }
        log.error(
            "no assignment though brokers respond: joining again with a new client", ("seconds", "\(time / 1_000)"),
            ("group", options.application), ("part", "\(Heartbeats.Component.group)"))
        return true
    }

    /// Drains and commits within `shutdown.timeout`.
    private func drain(_ state: inout State) async -> GroupLife.Event {
        guard let running = state.running else { return .ended(.lost) }
        if await running.assignment.drain() {
            let deadline = ContinuousClock.now + options.shutdownTimeout
            while running.result == nil, ContinuousClock.now < deadline {
                try? await Task.sleep(for: .milliseconds(5))
            }
            if running.result == nil {
                log.warning("shutdown.timeout passed while draining: uncommitted work will be repeated")
            }
        }
        running.task.cancel()
        await running.task.value
        return end(&state)
    }

    /// Ends the work and returns its outcome.
    private func end(_ state: inout State) -> GroupLife.Event {
        let counts = statistics.snapshot
        log.info(
            "released partitions", ("count", "\(counts.partitions.count)"), ("events", "\(counts.events)"),
            ("duplicates", "\(counts.duplicates)"), ("late", "\(counts.late)"), ("early", "\(counts.early)"),
            ("rejected", counts.rejections))
        statistics.forgetPartitions()
        heartbeats.endWork()
        statistics.enter(isStopped ? .stopping : .released)
        guard let running = state.running else { return .ended(.lost) }
        state.running = nil
        switch running.result {
        case .success(.drained): return .ended(.drained)
        case .success(.duplicateInstance):
            state.failure = PipelineError(
                .duplicateInstance,
                "fenced repeatedly: another process uses instance.id \(options.instance). Give each instance its own")
            return .ended(.duplicateInstance)
        case .success(.lost):
            log.warning("the group has gone on without this instance: other instances own its partitions")
            return .ended(.lost)
        case .failure(let error):
            if error is CancellationError { return .ended(.lost) }
            state.failed = (running, error)
            return .ended(.failed(isFinal: Self.final(error) != nil))
        case nil: return .ended(.lost)
        }
    }

    /// Asks whether the group still assigns the failed work to this instance.
    private func ask(_ state: inout State) async throws -> GroupLife.Event {
        guard let (running, error) = state.failed else { return .answered(isOurs: false) }
        state.failed = nil
        guard
            try await running.assignment.isStillAssigned(unless: {
                self.isStopped || self.finding.withLock { $0 != nil }
            })
        else {
            log.warning("stopped working on partitions of other instances", ("error", error.message))
            return .answered(isOurs: false)
        }
        if let failure = Self.final(error) {
            state.failure = failure
        } else {
            log.error("failed: taking the partitions over again", [("error", error.message)] + error.fields)
        }
        return .answered(isOurs: true)
    }

    /// Converts an error that retrying does not resolve.
    private static func final(_ error: any Error) -> PipelineError? {
        switch error {
        case let error as PipelineError: return error
        case let error as Contradiction: return PipelineError(.contradiction, error.description)
        case let error as KafkaError:
            if let failure = PipelineError(final: error) { return failure }
            if error.isOutOfRange {
                return PipelineError(
                    .missingData,
                    "\(error.message): retention has deleted required records. Raise retention.ms, and start a new "
                        + "application with another application.id")
            }
            return error.severity == .fatal ? PipelineError(.kafka, error.message) : nil
        default: return PipelineError(.contradiction, "\(error)")
        }
    }
}
