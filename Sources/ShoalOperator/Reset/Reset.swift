import Foundation
import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

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

    /// Plans the reset, and if it is meant, waits for the last instance to leave the group.
    /// - Parameters:
    ///   - isMeant: Whether `apply` follows. The lines then use `will`, otherwise `would`.
    ///   - patience: The maximum time to wait.
    package func plan(isMeant: Bool, patience: Duration) async throws -> ResetPlan {
        var plan = try await plan(isMeant: isMeant)
        let end = ContinuousClock.now + patience
        if isMeant, !plan.instances.isEmpty, patience > .zero {
            Program.report("waiting for \(plan.instances.joined(separator: ", ")) to leave the group")
        }
        while isMeant, !plan.instances.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(500))
            plan = try await self.plan(isMeant: isMeant)
        }
        return plan
    }

    /// Inspects the application's group, topics and checkpoints, and plans the actions that reset them.
    private func plan(isMeant: Bool) async throws -> ResetPlan {
        try await admin.reach(timeout: .seconds(10))
        let application = configuration[\.applicationID]
        var found = ResetPlan.Found(application: application, directory: configuration[\.pipeline.checkpointDirectory])
        let group = try await self.group(application)
        found.hasGroup = group.state != .absent
        found.instances = group.members.map { $0.instance ?? $0.client }
        if found.hasGroup {
            found.positions = try await admin.committed(group: application, isStable: false).count
        }
        try await findTopics(&found)
        found.checkpoints = checkpoints(application)
        return ResetPlan(found, isMeant: isMeant)
    }

    private func findTopics(_ found: inout ResetPlan.Found) async throws {
        let names = configuration.topics
        let internals = [names.deltas, names.models, names.state]
        let wanted = internals + (withOutput ? names.published : []) + (withDeadLetters ? [names.deadLetters] : [])
        found.kept = [names.input] + (withOutput ? [] : names.published) + (withDeadLetters ? [] : [names.deadLetters])
        // Those of clusters that come out different expire.
        found.kept += [configuration[\.labelsTopic]].compactMap(\.self)
        let input = try await admin.partitions(of: names.input)
        let plans = TopicPlan.plans(configuration, partitions: input ?? 1, input: input, replication: -1)
        for name in wanted {
            guard var topic = plans.first(where: { $0.topic.name == name })?.topic else { continue }
            guard let layout = try await layout(of: name) else {
                found.missing.append(topic)
                continue
            }
            let isInternal = internals.contains(name)
            if !isInternal || (name == names.state && input == nil) { topic.partitions = layout.partitions }
            topic.replication = layout.replicas > 0 ? Int32(clamping: layout.replicas) : -1
            topic.configuration.merge(try await admin.ownConfiguration(of: name)) { _, own in own }
            found.topics.append((topic, layout.partitions, try await offsets(of: name, layout.partitions)))
        }
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
        guard let directory = configuration[\.pipeline.checkpointDirectory] else { return [] }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return ResetPlan.checkpoints(of: application, among: files).map { file in
            URL(fileURLWithPath: directory).appending(path: file)
        }
    }

    /// Carries out the plan. The group is first, because Kafka does not delete a group with members.
    package func apply(_ plan: ResetPlan, _ tell: (String) -> Void) async throws {
        let application = configuration[\.applicationID]
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
