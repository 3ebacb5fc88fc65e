import Kafka
import Operations
import Pipeline

extension Command {
    static let topicsCreate = Command(
        name: "topics create", summary: "make the topics that Shoal reads and writes",
        options: [
            Option("partitions", "N", "partitions of input and output (8)"),
            Option("replication", "N", "replication factor (the brokers' default)"),
            Option("dry-run", nil, "say what would be made"),
        ],
        details: """
            Topics that exist already are left as they are; `shoal topics describe` tells whether they fit. The number of
            the input's partitions is fixed for an application's life.
            """,
        examples: ["shoal topics create --partitions 16 --replication 3 --set kafka.bootstrap.servers=broker:9092"]
    ) { arguments in
        let partitions = try count(arguments, "partitions", atMost: 100_000) ?? 8
        let replication = try count(arguments, "replication", atMost: 32_767) ?? -1
        let configuration = try arguments.configuration()
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        var made: [Admin.NewTopic] = []
        let input = try await admin.partitions(of: configuration.topics.input)
        for plan in TopicPlan.plans(configuration, partitions: partitions, input: input, replication: replication) {
            if let count = try await admin.partitions(of: plan.topic.name) {
                print("\(plan.topic.name): exists, \(partitionCount(count))")
            } else {
                made.append(plan.topic)
            }
        }
        if arguments.has("dry-run") {
            for topic in made { print("\(topic.name): would be made, \(partitionCount(topic.partitions))") }
            return .ok
        }
        let errors = made.isEmpty ? [:] : try await admin.create(made)
        let failures = errors.filter { $0.value.name != "TOPIC_ALREADY_EXISTS" }
        for topic in made {
            if let error = failures[topic.name] {
                Shoal.report("\(error)")
            } else if errors[topic.name] != nil {
                // Made by somebody else meanwhile, or not known yet to the broker that was asked.
                print("\(topic.name): exists, \(partitionCount(try await known(topic.name, admin) ?? 0))")
            } else {
                _ = try await known(topic.name, admin)
                print("\(topic.name): made, \(partitionCount(topic.partitions))")
            }
        }
        guard !failures.isEmpty else { return .ok }
        return failures.values.contains(where: \.isAuthorization) ? .notAuthorized : .failed
    }

    static let topicsDescribe = Command(
        name: "topics describe", summary: "show the topics, and where their settings are wrong and why it matters",
        details: """
            Ends with 0 where all are right, and with 77 where a right to tell is missing. A NOTE may be on purpose; what is
            WRONG or MISSING has to be mended.
            """,
        examples: ["shoal topics describe --set kafka.bootstrap.servers=broker:9092"]
    ) { arguments in
        let configuration = try arguments.configuration()
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        var isRight = true
        var isAuthorized = true
        let input = try await known(configuration.topics.input, admin, patience: .milliseconds(300))
        for plan in TopicPlan.plans(configuration, partitions: 0, input: input, replication: -1) {
            guard let count = try await known(plan.topic.name, admin, patience: .milliseconds(300)) else {
                print("\(plan.topic.name): MISSING (\(plan.purpose)); `shoal topics create` makes it")
                isRight = false
                continue
            }
            print("\(plan.topic.name): \(partitionCount(count)) (\(plan.purpose))")
            var settings: [String: String] = [:]
            do throws(KafkaError) {
                settings = try await admin.configuration(of: plan.topic.name)
            } catch {
                print("  its settings cannot be read: \(error)")
                isRight = false
                if error.isAuthorization { isAuthorized = false }
            }
            let findings = plan.findings(partitions: count, settings)
            for finding in findings { print("  \(finding.text)") }
            if findings.contains(where: \.isWrong) { isRight = false }
        }
        guard isAuthorized else { return .notAuthorized }
        return isRight ? .ok : .failed
    }

    /// How many partitions a topic has; nil: there is none. A new topic is known to one broker before the others: its absence
    /// is believed only after a while, and its presence when it was told a few times.
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

    /// - Returns: nil: the option was not given.
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
