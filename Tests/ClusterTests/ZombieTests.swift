import Foundation
import ShoalClustering
import ShoalKafka
import ShoalSchemas
import ShoalSettings
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Zombies", .serialized, .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
    struct ZombieTests {
        private let broker: TestBroker
        private let short = [
            "kafka.session.timeout.ms": "1500", "kafka.heartbeat.interval.ms": "300", "transaction.timeout": "1s",
        ]

        init() async throws {
            broker = try await TestBroker.shared(TestBroker.convincing)
        }

        @Test(
            "instances that alternately pause for longer than their session publish nothing wrong"
        )
        func frozen() async throws {
            let stream = InputStream(seed: 23, viewers: 300, epochs: 100, watches: 0.4)
            let application = try Application(broker, "frozen", topics: InputStream.topics, settings: short)
            try await application.createTopics(partitions: 8)
            try InputStream.publish(stream.records, to: application.input, broker)
            let instances = [try application.start("a"), try application.start("b")]
            var random = SplitMix64(seed: 5)
            for round in 0..<4 {
                let (sleeper, other) = (instances[round % 2], instances[1 - round % 2])
                let models = try await application.modelHashes().count
                try await application.waitForModels(models + 3, other)
                try await Task.sleep(for: .milliseconds(Int(random.next() % 100)))
                let before = other.log.components(separatedBy: "took over").count
                sleeper.signal(SIGSTOP)
                // The other instance takes everything over and works for a while.
                try await waitForLog(other, "took over", more: before)
                let reached = try await application.modelHashes().count
                try await application.waitForModels(reached + 1, other)
                let takeOvers = sleeper.log.components(separatedBy: "took over").count
                sleeper.signal(SIGCONT)
                try await waitForLog(sleeper, "took over", more: takeOvers)
            }
            try await application.settle(instances)
            for instance in instances { #expect(try await instance.stop() == 0) }
            #expect(
                instances.allSatisfy { $0.log.contains("lost the assignment") || $0.log.contains("gone on without") })
            try await Checker(application).check()
        }

        private func waitForLog(_ instance: ShoalProcess, _ text: String, more count: Int) async throws {
            let end = ContinuousClock.now + patience
            while instance.log.components(separatedBy: text).count <= count {
                guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: instance.log) }
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        /// The library rejoins automatically and then has new metadata. The transaction must be sent with the metadata
        /// of the assignment that its state belongs to.
        @Test("an instance that rejoins during a transaction commits nothing of it")
        func rejoined() async throws {
            let application = try Application(broker, "rejoined")
            try await application.createTopics(partitions: 2)
            let (first, second) = (member(application, "a"), member(application, "b"))
            let old = try await assignment(of: [first])[0]
            let new = try await assignment(of: [first, second])[0]
            let committer = Committer(
                options: options(application, "a"), admin: try Admin(broker.configuration()),
                statistics: PipelineStatistics(), log: PipelineLog { _ in })
            try await committer.prepare()
            #expect(try await commit("stale", old, committer, first) == .lost)
            await committer.abandon()
            #expect(try await application.records(of: application.output).isEmpty)
            #expect(try await commit("fresh", new, committer, first) == nil)
            #expect(try await application.records(of: application.output).map(\.valueText) == ["fresh"])
            await first.leave()
            await second.leave()
        }

        private func options(_ application: Application, _ instance: String) -> PipelineOptions {
            var options = PipelineOptions(
                application: application.name, instance: instance,
                kafka: broker.configuration(["session.timeout.ms": "6000", "heartbeat.interval.ms": "300"]),
                topics: .init(
                    input: application.input, changes: application.output, members: nil,
                    deadLetters: application.deadLetters, deltas: application.deltas, models: application.models,
                    state: application.state),
                key: PrivacyKey(hex: Application.keyDigits)!)
            options.pipeline.transactionTimeout = .seconds(5)
            return options
        }

        private func member(_ application: Application, _ instance: String) -> GroupActor {
            GroupActor(options: options(application, instance), log: PipelineLog { _ in })
        }

        /// Joins, and waits until each member has an assignment. Members acknowledge revocations meanwhile.
        private func assignment(of members: [GroupActor]) async throws -> [GroupMetadata] {
            var found: [GroupMetadata?] = members.map { _ in nil }
            if let last = members.last { try await last.join() }
            let end = ContinuousClock.now + patience
            while found.contains(where: { $0 == nil }) {
                try #require(ContinuousClock.now < end)
                for (index, member) in members.enumerated() {
                    switch try await member.poll() {
                    case .assigned: found[index] = try await member.acknowledgeAssignment()
                    case .revoked:
                        found[index] = nil
                        await member.acknowledgeRevocation()
                    default: break
                    }
                }
            }
            return found.compactMap { $0 }
        }

        private func commit(
            _ text: String, _ metadata: GroupMetadata, _ committer: Committer, _ group: GroupActor
        ) async throws -> TransactionMachine.End? {
            let part = AssignedPartition.input(0)
            let (old, new) = (
                CommittedPosition(offset: 0, metadata: "v1;genesis"),
                CommittedPosition(offset: 5, metadata: "v1;genesis")
            )
            var records = RecordBuffer()
            records.append(to: .changes, key: nil, value: { $0 += text.utf8 })
            let gate = OutboxGate(bound: 1 << 20)
            try await gate.append(.init(part: part, position: new, records: records, isUrgent: true))
            await gate.close()
            let machine = TransactionMachine(committed: [part: nil], known: [part: old], ceiling: 1 << 20)
            return try await committer.run(gate, machine: machine, metadata: metadata, group: group)
        }
    }
}
