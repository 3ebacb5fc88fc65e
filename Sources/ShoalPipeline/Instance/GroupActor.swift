internal import ShoalKafka

/// The member of the consumer group, on its own thread. Reports assignments and reads committed positions.
actor GroupActor {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let options: PipelineOptions
    private let log: PipelineLog
    /// Is notified when there may be an event.
    nonisolated let arrivals = Signal()
    private var member: GroupMember?
    private var fencing = Fencing()
    private var lastError: String?
    /// Whether the release of the assignment has been reported to the group.
    private var hasLetGo = false

    init(options: PipelineOptions, log: PipelineLog) {
        executor = ThreadExecutor(name: "shoal-group")
        self.options = options
        self.log = log
    }

    /// Joins the group.
    func join() throws {
        hasLetGo = false
        member = try GroupMember(
            options.kafka, group: options.application, instance: options.instance,
            topics: [options.topics.input, options.topics.deltas], notifying: arrivals)
    }

    /// Returns the next event, or `nil` if there is none yet. After `failed`, only a new member can continue.
    func poll() throws -> GroupEvent? {
        guard let member else { return nil }
        while let event = member.poll() {
            if let event = try judged(event, of: member) { return event }
        }
        return nil
    }

    /// Returns the event, or `nil` if it is an error that passes.
    private func judged(_ event: GroupEvent, of member: GroupMember) throws -> GroupEvent? {
        switch event {
        case .assigned: fencing.assigned()
        case .revoked(_, let isLost):
            fencing.revoked()
            guard isLost else { break }
            // There is nothing to commit. librdkafka has dropped the member id and sends heartbeats until it hears
            // this, which Kafka would attribute to a duplicate instance.
            letGo(member)
            hasLetGo = true
        case .failed(let error):
            let isFenced = error.code == .fencedInstanceID
            if isFenced, fencing.fenced(hasName: !member.memberID.isEmpty) == .rejoin { return event }
            if let failure = PipelineError(final: error) { throw failure }
            if error.description != lastError {
                lastError = error.description
                log.warning("group client failed", ("error", error.message))
            }
            return nil
        }
        return event
    }

    /// Accepts the assignment.
    /// - Returns: The group metadata for all transactions of the assignment, or `nil` if it is already lost.
    func acknowledgeAssignment() throws -> GroupMetadata? {
        guard let member else { return nil }
        do throws(KafkaError) {
            let metadata = try member.metadata()
            try member.acknowledgeAssignment()
            return metadata
        } catch {
            if let failure = PipelineError(final: error) { throw failure }
            log.warning("assignment not acknowledged", ("error", error.message))
            return nil
        }
    }

    /// The member id in the group.
    var memberID: String { member?.memberID ?? "" }

    func acknowledgeRevocation() {
        if let member, !hasLetGo { letGo(member) }
        hasLetGo = false
    }

    private func letGo(_ member: GroupMember) {
        do throws(KafkaError) {
            try member.acknowledgeRevocation()
        } catch {
            log.warning("revocation not acknowledged", ("error", error.message))
        }
    }

    /// Returns the committed, stable positions; `nil` for a partition without one.
    /// - Throws: `KafkaError`; `isTimeout` while an open transaction holds positions.
    func committed(_ parts: [AssignedPartition]) throws -> [AssignedPartition: CommittedPosition?] {
        guard let member else { throw CancellationError() }
        let partitions = parts.map { options.topics.partition(of: $0) }
        let found = try member.committed(partitions, timeout: .milliseconds(1_000))
        var positions: [AssignedPartition: CommittedPosition?] = [:]
        for (part, partition) in zip(parts, partitions) {
            positions[part] = found[partition].map {
                CommittedPosition(offset: $0.offset, metadata: $0.metadata)
            }
        }
        return positions
    }

    func leave() {
        member?.close(timeout: .seconds(5))
        member = nil
    }
}
