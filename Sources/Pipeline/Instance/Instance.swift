internal import Clustering
public import Kafka
import Synchronization

/// An instance of Shoal: a member of the consumer group that takes partitions over, works, and lets them go, until it is
/// stopped.
public final class Instance: Sendable {
    private let tools: Assignment.Tools
    private let isStopping = Mutex(false)
    public let statistics = PipelineStatistics()

    private var options: PipelineOptions { tools.options }
    private var log: PipelineLog { tools.log }

    public init(_ options: PipelineOptions, log: PipelineLog) throws(KafkaError) {
        tools = Assignment.Tools(
            options: options, admin: try Admin(options.kafka), group: GroupActor(options: options, log: log),
            committer: Committer(options: options, statistics: statistics, log: log), statistics: statistics, log: log)
    }

    /// Stops gracefully: `run` drains, commits, leaves, and returns.
    public func stop() {
        isStopping.withLock { $0 = true }
    }

    private var isStopped: Bool { isStopping.withLock { $0 } }

    /// Runs until it is stopped.
    /// - Throws: `PipelineError` where it cannot go on by itself; `KafkaError`.
    public func run() async throws {
        guard try await Preflight(options: options, admin: tools.admin, log: log).pass(until: { self.isStopped }) else {
            return
        }
        try await tools.committer.prepare()
        try await tools.group.join()
        log.info("joined the group", ("group", options.application), ("instance", options.instance))
        var current: Running?
        do {
            while !isStopped {
                if let event = try await tools.group.poll() { try await handle(event, &current) }
                if let running = current, let result = running.result {
                    current = nil
                    try await settle(result, running)
                }
            }
            await letGo(&current, isLost: false)
        } catch {
            await letGo(&current, isLost: true)
            await tools.group.leave()
            throw error
        }
        await tools.group.leave()
        log.info("stopped")
    }

    /// An assignment at work, and what came of it.
    private final class Running: Sendable {
        let assignment: Assignment
        let task: Task<Void, Never>
        private let outcome: Outcome

        private final class Outcome: Sendable {
            let value = Mutex<Result<Assignment.End, any Error>?>(nil)
        }

        init(_ assignment: Assignment) {
            let outcome = Outcome()
            self.outcome = outcome
            self.assignment = assignment
            task = Task {
                let result: Result<Assignment.End, any Error>
                do { result = .success(try await assignment.run()) } catch { result = .failure(error) }
                outcome.value.withLock { $0 = result }
            }
        }

        /// nil: it is still at work.
        var result: Result<Assignment.End, any Error>? { outcome.value.withLock { $0 } }
    }

    private func handle(_ event: GroupEvent, _ current: inout Running?) async throws {
        switch event {
        case .assigned(let partitions):
            let (metadata, member) = try await tools.group.acknowledgeAssignment()
            let parts = partitions.compactMap { options.topics.part(of: $0) }
            log.info(
                parts.isEmpty ? "assigned nothing: there are more instances than partitions" : "assigned",
                ("partitions", parts.sorted().map(\.description).joined(separator: ", ")), ("member", member))
            guard !parts.isEmpty else { return }
            current = Running(try Assignment(parts, metadata: metadata, tools: tools))
        case .revoked(_, let isLost):
            log.info(isLost ? "lost the assignment" : "revoked: draining")
            await letGo(&current, isLost: isLost)
            await tools.group.acknowledgeRevocation()
        case .failed:
            break
        }
    }

    /// Drains and commits, or throws all away; returns when nothing of it is left.
    private func letGo(_ current: inout Running?, isLost: Bool) async {
        guard let running = current else { return }
        current = nil
        if isLost {
            running.task.cancel()
        } else if await running.assignment.drain() {
            let deadline = ContinuousClock.now + options.shutdownTimeout
            while running.result == nil, ContinuousClock.now < deadline {
                try? await Task.sleep(for: .milliseconds(5))
            }
            if running.result == nil {
                log.warning("draining took longer than shutdown.timeout: what is not committed will be computed again")
            }
            running.task.cancel()
        } else {
            running.task.cancel()
        }
        await running.task.value
        if case .success(.drained)? = running.result {} else { await tools.committer.abandon() }
        statistics.forgetPartitions()
    }

    /// An assignment has ended by itself.
    private func settle(_ result: Result<Assignment.End, any Error>, _ running: Running) async throws {
        statistics.forgetPartitions()
        switch result {
        case .success(.drained):
            return
        case .success(.twin):
            throw PipelineError(
                .twin,
                "fenced again and again: another process uses the instance.id \(options.instance); give each its own")
        case .success(.lost):
            log.warning("the group has gone on without this instance: its partitions are somebody else's")
        case .failure(let error):
            if error is CancellationError { break }
            guard await running.assignment.isStillAssigned() else {
                log.warning("stopped working on partitions that are no longer ours: \(error)")
                break
            }
            if let failure = Self.final(error) { throw failure }
            log.error("\(error); taking the partitions over again")
        }
        await tools.committer.abandon()
        try await tools.committer.prepare()
        await tools.group.leave()
        try await Task.sleep(for: .milliseconds(500))
        try await tools.group.join()
    }

    /// The failure that an error means, where going on by itself would not help.
    private static func final(_ error: any Error) -> PipelineError? {
        switch error {
        case let error as PipelineError: return error
        case let error as Contradiction: return PipelineError(.contradiction, error.description)
        case let error as KafkaError:
            if let failure = PipelineError(final: error) { return failure }
            if error.name == "_AUTO_OFFSET_RESET" || error.name == "OFFSET_OUT_OF_RANGE" {
                return PipelineError(
                    .hole,
                    "\(error): records that are needed have been deleted by retention; raise retention.ms, and begin "
                        + "anew under another application.id")
            }
            return error.severity == .fatal ? PipelineError(.kafka, "\(error)") : nil
        default: return PipelineError(.contradiction, "\(error)")
        }
    }
}
