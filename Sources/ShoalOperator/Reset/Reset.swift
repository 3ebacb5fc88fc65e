import Foundation
import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSchemas

/// Resets an application to its beginning: its group, its topics, and its checkpoints on this host.
package struct Reset {
    private let configuration: Configuration
    private let admin: Admin
    private let withOutput: Bool
    private let withDeadLetters: Bool

    package init(_ configuration: Configuration, withOutput: Bool, withDeadLetters: Bool) throws {
        self.configuration = configuration
        self.withOutput = withOutput
        self.withDeadLetters = withDeadLetters
        admin = try Admin(configuration.client(configuration.logger))
    }

    package struct Plan {
        /// Descriptions of the planned actions, one line each.
        package var lines: [String] = []
        /// The members of the group.
        package var instances: [String] = []
        /// Topics to be created, and whether they exist and must be deleted first.
        var topics: [(topic: Admin.NewTopic, exists: Bool)] = []
        var hasGroup = false
        var checkpoints: [URL] = []

        package var isEmpty: Bool { !hasGroup && topics.isEmpty && checkpoints.isEmpty }
    }

    /// Inspects the application's group, topics and checkpoints, and plans the actions that reset them.
    /// - Parameter isMeant: Whether `apply` follows. The lines then use `will`, otherwise `would`.
    package func plan(isMeant: Bool) async throws -> Plan {
        let verb = isMeant ? "will" : "would"
        try await admin.reach(timeout: .seconds(10))
        let application = configuration.text("application.id")
        let names = configuration.topics
        var plan = Plan()
        let group = try await self.group(application)
        plan.hasGroup = group.state != .absent
        plan.instances = group.members.map { $0.instance ?? $0.client }
        let positions = plan.hasGroup ? try await admin.committed(group: application, isStable: false).count : 0
        if plan.hasGroup {
            plan.lines.append(
                "group \(application): \(verb) be deleted, with \(Formatting.count(positions, "committed position"))")
        }
        let input = try await admin.partitions(of: names.input)
        let plans = TopicPlan.plans(configuration, partitions: input ?? 1, input: input, replication: -1)
        var wanted = [names.deltas, names.models, names.state]
        if withOutput { wanted += [names.changes, names.members].compactMap(\.self) }
        if withDeadLetters { wanted.append(names.deadLetters) }
        var missing: [Admin.NewTopic] = []
        for name in wanted {
            guard var topic = plans.first(where: { $0.topic.name == name })?.topic else { continue }
            guard let layout = try await layout(of: name) else {
                missing.append(topic)
                continue
            }
            let isInternal = [names.deltas, names.models, names.state].contains(name)
            if !isInternal || (name == names.state && input == nil) { topic.partitions = layout.partitions }
            topic.replication = layout.replicas > 0 ? Int32(clamping: layout.replicas) : -1
            topic.configuration.merge(try await admin.ownConfiguration(of: name)) { _, own in own }
            let offsets = try await offsets(of: name, layout.partitions)
            let count = topic.partitions == layout.partitions ? "" : ", instead of \(layout.partitions)"
            plan.topics.append((topic, true))
            plan.lines.append(
                "topic \(name): \(verb) be deleted, with \(Formatting.number(offsets)) offsets, and created again with "
                    + "\(Formatting.count(topic.partitions, "partition"))\(count)")
        }
        plan.checkpoints = checkpoints(application)
        if let directory = configuration["checkpoint.directory"] {
            if !plan.checkpoints.isEmpty {
                plan.lines.append(
                    "\(Formatting.count(plan.checkpoints.count, "checkpoint")) in \(directory): \(verb) be deleted on "
                        + "this host"
                )
            }
        }
        guard !plan.isEmpty else {
            plan.lines = ["application \(application) does not exist: no group, no topics"]
            return plan
        }
        // An earlier reset may have been interrupted.
        for topic in missing {
            plan.topics.append((topic, false))
            plan.lines.append(
                "topic \(topic.name): \(verb) be created, \(Formatting.count(topic.partitions, "partition"))")
        }
        if configuration["checkpoint.directory"] != nil {
            plan.lines.append(
                "checkpoints on other hosts: \(verb) be set aside when an instance starts there, and may be deleted")
        }
        let kept = [names.input] + (withOutput ? [] : [names.changes, names.members].compactMap(\.self))
        plan.lines.append(
            "unchanged: \((kept + (withDeadLetters ? [] : [names.deadLetters])).joined(separator: ", "))")
        return plan
    }

    /// The Delete right implies Describe, so a missing Describe right means a missing Delete right.
    private func group(_ application: String) async throws -> Admin.Group {
        do throws(KafkaError) {
            return try await admin.describe(group: application)
        } catch {
            guard error.code == .groupAuthorizationFailed else { throw error }
            throw PipelineError(
                .notAuthorized, "\(error.brief): a reset needs Delete on group \(application)")
        }
    }

    private func layout(of topic: String) async throws -> Admin.Layout? {
        do throws(KafkaError) {
            return try await admin.layout(of: topic)
        } catch {
            guard error.code == .topicAuthorizationFailed else { throw error }
            throw PipelineError(
                .notAuthorized,
                "\(error.brief): a reset needs Create, Delete and DescribeConfigs on \(topic)")
        }
    }

    private func offsets(of topic: String, _ partitions: Int32) async throws -> Int64 {
        var count: Int64 = 0
        for partition in 0..<partitions {
            let marks = try await admin.watermarks(of: TopicPartition(topic, partition))
            count += marks.high - marks.low
        }
        return count
    }

    private func checkpoints(_ application: String) -> [URL] {
        guard let directory = configuration["checkpoint.directory"] else { return [] }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.sorted().compactMap { file in
            // Matches `shoal-3.checkpoint` and `shoal-3.checkpoint.bad`, but not the files of `shoal-test`.
            guard file.hasPrefix("\(application)-") else { return nil }
            let rest = file.dropFirst(application.count + 1)
            guard let end = rest.range(of: ".checkpoint"), Int32(rest[..<end.lowerBound]) != nil else { return nil }
            return URL(fileURLWithPath: directory).appending(path: file)
        }
    }

    /// Carries out the plan. The group is first, because Kafka does not delete a group with members.
    package func apply(_ plan: Plan, _ tell: (String) -> Void) async throws {
        let application = configuration.text("application.id")
        if plan.hasGroup {
            do throws(KafkaError) {
                try await admin.delete(group: application)
            } catch {
                // The group may have ended in the meantime.
                guard error.isUnknownGroup else { throw error }
            }
            tell("group \(application): deleted")
        }
        for url in plan.checkpoints { try FileManager.default.removeItem(at: url) }
        if !plan.checkpoints.isEmpty { tell("\(Formatting.count(plan.checkpoints.count, "checkpoint")): deleted") }
        let old = plan.topics.filter(\.exists).map(\.topic.name)
        let errors = old.isEmpty ? [:] : try await admin.delete(old)
        if let error = errors.values.first(where: { !$0.isUnknownTopic }) { throw error }
        for name in old { try await wait(for: "\(name) to be deleted") { try await admin.partitions(of: name) == nil } }
        for (topic, _) in plan.topics {
            try await make(topic)
            tell("topic \(topic.name): created, \(Formatting.count(topic.partitions, "partition"))")
        }
        tell("done: the next `shoal run` starts the application from the beginning")
    }

    /// Creates a topic. A recently deleted topic may block its name for a while.
    private func make(_ topic: Admin.NewTopic) async throws {
        try await wait(for: "\(topic.name) to be created", times: 1) {
            guard let error = try await admin.create([topic])[topic.name] else { return true }
            guard error.isTopicExists || error.isTimeout else { throw error }
            return false
        }
        try await wait(for: "\(topic.name) to be visible") {
            try await admin.partitions(of: topic.name) == topic.partitions
        }
    }

    /// Waits for a condition. Brokers learn of topics at different times, so it must usually hold several times in a row.
    /// - Parameter wanted: How many times in a row it must hold.
    private func wait(for what: String, times wanted: Int = 4, until isSo: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        var told = 0
        while told < wanted {
            guard ContinuousClock.now < end else {
                throw PipelineError(.kafka, "waited a minute for \(what); run the reset again to continue")
            }
            told = try await isSo() ? told + 1 : 0
            if told < wanted { try await Task.sleep(for: .milliseconds(told > 0 ? 40 : 200)) }
        }
    }
}
