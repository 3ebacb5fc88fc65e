import Foundation
import ShoalClustering
import ShoalKafka
import ShoalSettings
import Synchronization
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    /// Injects errors with librdkafka's in-process broker, which a real broker cannot be made to return. That broker
    /// shows aborted records and does not store the offsets of transactions, so only errors that need no abort can be
    /// tested.
    @Suite("Temporary errors", .serialized)
    struct InjectedErrorTests {
        /// The retriable protocol errors of each request.
        private static let errors: [(request: MockCluster.Request, codes: [Int32])] = [
            // LEADER_NOT_AVAILABLE, NOT_LEADER, REQUEST_TIMED_OUT, NOT_ENOUGH_REPLICAS
            (.produce, [5, 6, 7, 19]),
            // COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS
            (.initProducerID, [14, 15, 16, 51]), (.addPartitions, [14, 15, 16, 51]), (.addOffsets, [14, 15, 16, 51]),
            (.endTransaction, [14, 15, 16, 51]),
        ]

        @Test("temporary errors of the requests of a transaction do not change the result")
        func retried() async throws {
            let seed = Int(Faults.seed)
            let cluster = try MockCluster()
            let broker = TestBroker(kind: .noida, bootstrap: cluster.bootstrapServers, facts: [:])
            let application = try Application(broker, "injected", topics: InputStream.topics)
            for (topic, partitions) in [
                (application.input, Int32(3)), (application.output, 2), (application.members, 1),
                (application.deadLetters, 1), (application.deltas, 1), (application.models, 1), (application.state, 3),
            ] {
                try cluster.createTopic(topic, partitions: partitions)
            }
            let stream = InputStream(seed: UInt64(60 + seed), viewers: 200, epochs: 16)
            try InputStream.publish(stream.records, to: application.input, broker)
            let warnings = Mutex<[String]>([])
            let instance = try Instance(
                options(application),
                log: PipelineLog { entry in
                    if entry.level >= .warning { warnings.withLock { $0.append(entry.message) } }
                })
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await instance.run() }
                tasks.addTask {
                    var random = SplitMix64(seed: UInt64(seed))
                    for _ in 0..<40 {
                        let (request, codes) = Self.errors[Int(random.next() % UInt64(Self.errors.count))]
                        let times = Int(random.next() % 3) + 1
                        cluster.fail(
                            request, with: (0..<times).map { _ in codes[Int(random.next() % UInt64(codes.count))] })
                        try await Task.sleep(for: .milliseconds(Int(random.next() % 150)))
                    }
                    try await application.settle([])
                    instance.stop()
                }
                try await tasks.waitForAll()
            }
            let checker = try await Checker(application)
            let findings = try checker.verdict.findings()
            #expect(
                findings.isEmpty,
                "seed \(seed): \(Finding.summary(findings))\n\(warnings.withLock { $0 }.joined(separator: "\n"))")
            #expect(checker.oracle.models.count > 10)
        }

        private func options(_ application: Application) -> PipelineOptions {
            var options = PipelineOptions(
                application: application.name, instance: "a",
                kafka: application.broker.configuration(["fetch.wait.max.ms": "10"]),
                topics: .init(
                    input: application.input, changes: application.output, members: application.members,
                    deadLetters: application.deadLetters, deltas: application.deltas, models: application.models,
                    state: application.state),
                key: PrivacyKey(hex: Application.keyDigits)!)
            options.settings.seedMembers = 60
            options.settings.clustersInitial = 4
            options.settings.minClusterSize = 5
            options.settings.minEvents = 3
            options.settings.publishesMemberships = true
            options.vocabulary = InputStream.topics.map { Array($0.utf8) }
            options.pipeline.idleTimeout = .milliseconds(700)
            options.pipeline.commitInterval = .milliseconds(50)
            options.pipeline.deadLetterContent = .full
            options.checksTopics = false
            return options
        }
    }
}
