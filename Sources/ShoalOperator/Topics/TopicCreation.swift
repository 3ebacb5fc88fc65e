import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSchemas

/// Creates the topics that Shoal reads and writes, if they do not exist.
package struct TopicCreation {
    /// The number of partitions of input and output; nil for the default.
    let partitions: Int32?
    /// The replication factor; nil for the brokers' default.
    let replication: Int32?
    /// The input's retention in ms; nil for the brokers' default.
    let retention: Int64?
    private let isDryRun: Bool
    private let keepsExisting: Bool

    /// - Parameters:
    ///   - isDryRun: Whether nothing is created.
    ///   - keepsExisting: Whether an existing topic that differs is accepted.
    package init(
        partitions: Int32?, replication: Int32?, retention: Int64?, isDryRun: Bool, keepsExisting: Bool
    ) {
        self.partitions = partitions
        self.replication = replication
        self.retention = retention
        self.isDryRun = isDryRun
        self.keepsExisting = keepsExisting
    }

    /// - Throws: `KafkaError`.
    package func run(
        _ configuration: Configuration, tell: (String) -> Void, report: (String) -> Void
    ) async throws -> ExitCode {
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        var (missing, differs) = try await inspect(configuration, admin, tell)
        let outcome: ExitCode = differs && !keepsExisting ? .unfit : .ok
        if isDryRun {
            for topic in missing {
                tell("\(topic.name): would be created, \(Formatting.count(topic.partitions, "partition"))")
            }
            return outcome
        }
        // The input first: models are kept as long as it.
        let first = missing.firstIndex { $0.name == configuration.topics.input }.map { missing.remove(at: $0) }
        var failures = try await create([first].compactMap(\.self), admin, tell, report)
        if failures.isEmpty, first != nil { try await follow(configuration, admin, &missing) }
        failures += try await create(missing, admin, tell, report)
        guard !failures.isEmpty else { return outcome }
        return failures.contains(where: \.isAuthorization) ? .notAuthorized : .failed
    }

    /// Sets the retention of a missing topic with models to that of the input, which exists.
    private func follow(
        _ configuration: Configuration, _ admin: Admin, _ missing: inout [Admin.NewTopic]
    ) async throws {
        guard let index = missing.firstIndex(where: { $0.name == configuration.topics.models }) else { return }
        let found = try await inputRetention(configuration, admin)
        guard let retention = TopicPlan.modelsRetention(configuration, input: found) else { return }
        missing[index].configuration["retention.ms"] = "\(retention)"
    }

    private func inputRetention(_ configuration: Configuration, _ admin: Admin) async throws -> Int64? {
        try await admin.configuration(of: configuration.topics.input)["retention.ms"].flatMap { Int64($0) }
    }

    /// Compares the topics that exist.
    /// - Returns: The topics that do not exist, and whether another one differs.
    private func inspect(
        _ configuration: Configuration, _ admin: Admin, _ tell: (String) -> Void
    ) async throws -> (missing: [Admin.NewTopic], differs: Bool) {
        var missing: [Admin.NewTopic] = []
        var differs = false
        let input = try await admin.partitions(of: configuration.topics.input)
        let plans = TopicPlan.plans(
            configuration, partitions: partitions ?? 8, input: input, replication: replication ?? -1,
            retention: retention, found: input == nil ? nil : try await inputRetention(configuration, admin))
        for plan in plans {
            let name = plan.topic.name
            guard let layout = try await admin.layout(of: name) else {
                missing.append(plan.topic)
                continue
            }
            tell("\(name): exists, \(Formatting.count(layout.partitions, "partition"))")
            let wanted = TopicOptions(self, plan, configuration)
            let own = wanted.retention == nil ? [:] : try await admin.configuration(of: name)
            for difference in wanted.differences(layout, own) {
                tell("\(name): \(difference); not changed")
                differs = true
            }
        }
        return (missing, differs)
    }

    /// - Returns: The errors of topics that could not be created.
    private func create(
        _ topics: [Admin.NewTopic], _ admin: Admin, _ tell: (String) -> Void, _ report: (String) -> Void
    ) async throws -> [KafkaError] {
        let errors = topics.isEmpty ? [:] : try await admin.create(topics)
        for topic in topics {
            let name = topic.name
            guard let error = errors[name] else {
                _ = try await admin.known(name)
                tell("\(name): made, \(Formatting.count(topic.partitions, "partition"))")
                continue
            }
            if error.isTopicExists {
                // Created concurrently, or not yet known to the queried broker.
                tell("\(name): exists, \(Formatting.count(try await admin.known(name) ?? 0, "partition"))")
            } else {
                report(error.message)
            }
        }
        return errors.values.filter { !$0.isTopicExists }
    }
}
