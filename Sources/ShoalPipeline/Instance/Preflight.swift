internal import ShoalKafka
internal import ShoalSchemas

/// Checks the preconditions for joining the group. Waits if waiting can help, and names the remedy.
struct Preflight {
    let options: PipelineOptions
    let admin: Admin
    let log: PipelineLog

    /// - Parameter tell: Receives the missing precondition.
    /// - Returns: False if it was stopped before.
    func pass(until isStopped: () -> Bool, tell: (String) -> Void = { _ in }) async throws -> Bool {
        var last = ""
        while !isStopped() {
            guard let problem = try await problem() else {
                if options.checksTopics {
                    try await ClockCheck.look(options, admin, log)
                    try await PartitionerCheck.look(options, admin, log)
                }
                return true
            }
            tell(problem)
            if problem != last { log.warning("waiting: brokers or topics are not ready", ("problem", problem)) }
            last = problem
            for _ in 0..<20 where !isStopped() { try await Task.sleep(for: .milliseconds(100)) }
        }
        return false
    }

    /// Returns the missing precondition and its remedy, or `nil`.
    /// - Throws: `PipelineError` if waiting does not help.
    func problem() async throws -> String? {
        let topics = options.topics
        // Each topic, its required number of partitions, and the rights that an instance needs.
        let input: [(String, Int32?, String)] = [(topics.input, nil, "Read")]
        let own: [(String, Int32?, String)] = [
            (topics.deadLetters, nil, "Write"), (topics.deltas, 1, "Read and Write"),
            (topics.models, 1, "Read and Write"),
            (topics.state, nil, "Read and Write"),
        ]
        var missing: [String] = []
        let published = topics.published.map { ($0, nil as Int32?, "Write") }
        let optOut = topics.optOut.map { [($0, nil as Int32?, "Read")] } ?? []
        for (topic, wanted, right) in input + published + own + optOut {
            do {
                guard let count = try await admin.partitions(of: topic) else {
                    missing.append(topic)
                    continue
                }
                if let wanted, count != wanted {
                    throw PipelineError(
                        .missingData,
                        "\(topic) has \(count) partitions, but must have \(wanted): it was not created by `shoal "
                            + "topics create`"
                    )
                }
            } catch let error as KafkaError {
                if error.code == .topicAuthorizationFailed {
                    throw PipelineError(
                        .notAuthorized, "\(error.brief): an instance needs \(right) on \(topic)")
                }
                if let failure = PipelineError(final: error) { throw failure }
                return error.message
            }
        }
        guard missing.isEmpty else {
            return "topics are missing: \(missing.joined(separator: ", ")); create them with `shoal topics create`"
        }
        if let problem = try await stateProblem() { return problem }
        return try await rulesProblem()
    }

    /// Checks by which rules the application was begun, before this instance takes a partition from another one.
    private func rulesProblem() async throws -> String? {
        do {
            _ = try await LastModel(topic: options.topics.models, kafka: options.kafka, admin: admin).read()
            return nil
        } catch let mismatch as RulesMismatch {
            throw PipelineError(.configuration, mismatch.message(options.application))
        } catch let error as KafkaError {
            if let failure = PipelineError(final: error) { throw failure }
            return error.message
        } catch is ProtoError {
            // The take-over reads all models, and names the record.
            return nil
        }
    }

    /// Checks that the state topic is compacted. Otherwise it would lose members or grow without bound.
    private func stateProblem() async throws -> String? {
        guard options.checksTopics else { return nil }
        let state = options.topics.state
        do {
            let policy = try await admin.configuration(of: state)["cleanup.policy"]
            guard let policy, policy != "compact" else { return nil }
            throw PipelineError(
                .missingData,
                "\(state) has cleanup.policy=\(policy), but needs compact: it would lose members or grow without "
                    + "limit. Run `kafka-configs.sh --alter --topic \(state) --add-config cleanup.policy=compact`")
        } catch let error as KafkaError {
            if let failure = PipelineError(final: error) { throw failure }
            return error.message
        }
    }
}
