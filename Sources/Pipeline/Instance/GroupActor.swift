internal import Kafka

/// The member of the consumer group, on a thread of its own: tells what becomes of the assignment, and asks for positions.
actor GroupActor {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let options: PipelineOptions
    private let log: PipelineLog
    private var member: GroupMember?
    private var fencing = Fencing()
    private var lastError: String?
    /// The group knows already that we have let go.
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
            topics: [options.topics.input, options.topics.deltas])
    }

    /// Waits for the next event; nil after a while without one. `failed`: only a new membership helps.
    func poll() async throws -> GroupEvent? {
        guard let member else { return nil }
        guard let event = member.poll(timeout: .milliseconds(100)) else { return nil }
        switch event {
        case .assigned: fencing.assigned()
        case .revoked(_, let isLost):
            fencing.revoked()
            guard isLost else { break }
            // There is nothing to be committed. Librdkafka has forgotten our name and goes on with heartbeats until it hears
            // this; Kafka takes those for a twin's.
            letGo(member)
            hasLetGo = true
        case .failed(let error):
            let isFenced = error.name == "FENCED_INSTANCE_ID"
            if isFenced, fencing.fenced(hasName: !member.memberID.isEmpty) == .rejoin { return event }
            if let failure = PipelineError(final: error) { throw failure }
            if error.description != lastError {
                lastError = error.description
                log.warning("\(error)")
            }
            return nil
        }
        return event
    }

    /// Takes the assignment on.
    /// - Returns: the metadata that all of its transactions are to be sent with; nil where it is lost already.
    func acknowledgeAssignment() throws -> GroupMetadata? {
        guard let member else { return nil }
        do throws(KafkaError) {
            let metadata = try member.metadata()
            try member.acknowledgeAssignment()
            return metadata
        } catch {
            if let failure = PipelineError(final: error) { throw failure }
            log.warning("\(error)")
            return nil
        }
    }

    /// Our name in the group.
    var memberID: String { member?.memberID ?? "" }

    func acknowledgeRevocation() {
        if let member, !hasLetGo { letGo(member) }
        hasLetGo = false
    }

    private func letGo(_ member: GroupMember) {
        do throws(KafkaError) {
            try member.acknowledgeRevocation()
        } catch {
            log.warning("\(error)")
        }
    }

    /// The committed positions, stable; nil for a part without one.
    /// - Throws: `KafkaError`; `isTimeout` while an open transaction holds positions.
    func committed(_ parts: [Part]) throws -> [Part: CommittedPosition?] {
        guard let member else { throw CancellationError() }
        let partitions = parts.map { options.topics.partition(of: $0) }
        let found = try member.committed(partitions, timeout: .milliseconds(1_000))
        var positions: [Part: CommittedPosition?] = [:]
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

extension PipelineOptions.Topics {
    /// The topic partition that a part is.
    func partition(of part: Part) -> TopicPartition {
        switch part {
        case .input(let partition): TopicPartition(input, partition)
        case .deltas: TopicPartition(deltas, 0)
        }
    }

    /// The part that a topic partition is; nil: none of ours.
    func part(of partition: TopicPartition) -> Part? {
        if partition.topic == input { return .input(partition.partition) }
        return partition.topic == deltas && partition.partition == 0 ? .deltas : nil
    }
}

extension PipelineError {
    /// An error that waiting does not cure; nil for all others.
    init?(final error: KafkaError) {
        if error.isAuthorization {
            self.init(.notAuthorized, "\(error)")
        } else if error.name == "FENCED_INSTANCE_ID" {
            self.init(
                .twin, "another process uses this instance's id; give each its own instance.id (\(error))")
        } else if error.name == "MSG_SIZE_TOO_LARGE", error.context.contains("producing to") {
            self.init(
                .configuration, "\(error.context): \(error.text): kafka.message.max.bytes must be 1000000 or more")
        } else if error.name == "INVALID_TRANSACTION_TIMEOUT" || error.name == "INVALID_SESSION_TIMEOUT" {
            self.init(.configuration, "\(error)")
        } else {
            return nil
        }
    }
}
