import ShoalKafka
import ShoalOperations
import ShoalPipeline

extension Command {
    static let topicsCreate = Command(
        name: "topics create", summary: "create the topics that Shoal reads and writes",
        options: [
            Option("partitions", "N", "partitions of input and output (8)"),
            Option("replication", "N", "replication factor (the brokers' default); 3 survives the loss of a broker"),
            Option("input-retention", "TIME", "retention of the input, such as 7d (the brokers' default)"),
            Option("keep-existing", nil, "end with 0 even if existing topics differ from the options"),
            Option("dry-run", nil, "print what would be created"),
        ],
        details: """
            Existing topics are not changed; `shoal topics describe` checks them. If an existing topic differs from --partitions,
            --replication or --input-retention, a line says so and the exit status is 2. The number of input partitions is fixed
            for the life of an application, and no more instances than partitions can work, so create a few partitions for each
            instance that you may ever run.

            input, output   --partitions, cleanup.policy=delete
            dead letters    1 partition, cleanup.policy=delete
            deltas          1 partition, retention of a week
            models          1 partition, unlimited retention
            state           as many as the input, compacted within a day

            With --replication 3 or more, all topics get min.insync.replicas=2.
            """,
        examples: [
            "shoal topics create --partitions 16 --replication 3 --set kafka.bootstrap.servers=broker:9092",
            "shoal topics create --partitions 16 --input-retention 30d --dry-run",
        ]
    ) { arguments in
        let partitions = try count(arguments, "partitions", atMost: 100_000) ?? 8
        let replication = try count(arguments, "replication", atMost: 32_767) ?? -1
        let retention = arguments["input-retention"].flatMap { Setting.milliseconds($0) }
        if let text = arguments["input-retention"], retention == nil {
            throw UsageError(description: "--input-retention \(text): must be a duration such as 36h or 7d")
        }
        let configuration = try arguments.configuration()
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        var made: [Admin.NewTopic] = []
        var differs = false
        let input = try await admin.partitions(of: configuration.topics.input)
        let plans = TopicPlan.plans(
            configuration, partitions: partitions, input: input, replication: replication, retention: retention)
        for plan in plans {
            if let layout = try await admin.layout(of: plan.topic.name) {
                let name = plan.topic.name
                Output.line("\(name): exists, \(partitionCount(layout.partitions))")
                let wanted = TopicOptions(arguments, plan, configuration)
                let own = wanted.retention == nil ? [:] : try await admin.configuration(of: name)
                for difference in wanted.differences(layout, own) {
                    Output.line("\(name): \(difference); not changed")
                    differs = true
                }
            } else {
                made.append(plan.topic)
            }
        }
        if arguments.has("dry-run") {
            for topic in made { Output.line("\(topic.name): would be created, \(partitionCount(topic.partitions))") }
            return differs && !arguments.has("keep-existing") ? .unfit : .ok
        }
        let errors = made.isEmpty ? [:] : try await admin.create(made)
        let failures = errors.filter { $0.value.name != "TOPIC_ALREADY_EXISTS" }
        for topic in made {
            if let error = failures[topic.name] {
                Shoal.report("\(error)")
            } else if errors[topic.name] != nil {
                // Created concurrently, or not yet known to the queried broker.
                Output.line("\(topic.name): exists, \(partitionCount(try await known(topic.name, admin) ?? 0))")
            } else {
                _ = try await known(topic.name, admin)
                Output.line("\(topic.name): made, \(partitionCount(topic.partitions))")
            }
        }
        guard !failures.isEmpty else { return differs && !arguments.has("keep-existing") ? .unfit : .ok }
        return failures.values.contains(where: \.isAuthorization) ? .notAuthorized : .failed
    }

    static let topicsDescribe = Command(
        name: "topics describe", summary: "show the topics, and which of their settings are wrong and why",
        options: [Option("check", nil, "print only problems; the exit status is then 2")],
        details: """
            A NOTE may be intended; WRONG and MISSING must be repaired. If a right to describe is missing, the exit status is 77.
            The command checks partitions and their leaders, replicas and min.insync.replicas, cleanup.policy,
            unclean.leader.election.enable, retention.ms and retention.bytes, max.message.bytes, and for compacted topics
            max.compaction.lag.ms, min.compaction.lag.ms and delete.retention.ms: these guarantee that the data of an erased
            viewer is deleted and stays deleted.

            `kafka-configs.sh --alter --topic NAME --add-config NAME=VALUE` changes a topic's setting while Shoal runs.
            """,
        examples: [
            "shoal topics describe --set kafka.bootstrap.servers=broker:9092",
            "shoal topics describe --check --config shoal.properties && shoal run --config shoal.properties",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        let isCheck = arguments.has("check")
        var isRight = true
        var isAuthorized = true
        let input = try await known(configuration.topics.input, admin, patience: .milliseconds(300))
        for plan in TopicPlan.plans(configuration, partitions: 0, input: input, replication: -1) {
            let name = plan.topic.name
            guard try await known(name, admin, patience: .milliseconds(300)) != nil,
                let layout = try await admin.layout(of: name)
            else {
                Output.line("\(name): MISSING (\(plan.purpose)); create it with `shoal topics create`")
                isRight = false
                continue
            }
            if !isCheck { Output.line("\(name): \(partitionCount(layout.partitions)) (\(plan.purpose))") }
            var settings: [String: String] = [:]
            do throws(KafkaError) {
                settings = try await admin.configuration(of: name)
            } catch {
                // Unknown settings count as a problem.
                Output.line("\(isCheck ? "\(name):" : " ") cannot read its settings: \(error)")
                isRight = false
                if error.isAuthorization { isAuthorized = false }
            }
            let findings = plan.findings(layout, settings)
            for finding in findings where !isCheck || finding.isWrong {
                Output.line("\(isCheck ? "\(name):" : " ") \(finding.text)")
            }
            if findings.contains(where: \.isWrong) { isRight = false }
        }
        guard isAuthorized else { return .notAuthorized }
        return isRight || !isCheck ? .ok : .unfit
    }

    /// Returns the number of partitions of a topic, or `nil` if it does not exist. Brokers learn of a new topic at
    /// different times, so absence is accepted only after a while, and presence after several answers.
    private static func known(
        _ topic: String, _ admin: Admin, patience: Duration = .seconds(10)
    ) async throws -> Int32? {
        let end = ContinuousClock.now + patience
        var told = 0
        while true {
            let count = try await admin.partitions(of: topic)
            told = count == nil ? 0 : told + 1
            if told == 4 || .now > end { return count }
            try await Task.sleep(for: .milliseconds(40))
        }
    }

    /// - Returns: `nil` if the option was not given.
    private static func count(_ arguments: Arguments, _ name: String, atMost most: Int) throws -> Int32? {
        guard arguments[name] != nil else { return nil }
        let number = try arguments.integer(name, or: 0)
        guard (1...most).contains(number) else {
            throw UsageError(description: "--\(name) \(number): must be 1 … \(most)")
        }
        return Int32(number)
    }

    private static func partitionCount(_ count: Int32) -> String { count == 1 ? "1 partition" : "\(count) partitions" }
}
