import Foundation
import ShoalKafka
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    /// Tests stalled connections with librdkafka's default timeouts. The library gives up some dead connections after a
    /// minute and others never.
    @Suite(
        "Stalled clients", .serialized,
        .enabled(if: TestBroker.startsApache, "needs Apache Kafka of its own"))
    struct StallTests {
        private let own: OwnBroker
        private let application: Application
        private let stream = InputStream(seed: 71, viewers: 200, epochs: 50).records

        init() async throws {
            own = try await OwnBroker(TestBroker.single, isProxied: true)
            application = try Application(
                own.broker, "stalls", topics: InputStream.topics,
                settings: ["watchdog.timeout": "3s", "transaction.timeout": "3s"])
            try await application.createTopics(partitions: 3)
        }

        /// Publishes another tenth of the stream.
        private func publish(_ tenth: Int) throws {
            let size = stream.count / 10
            let end = tenth == 9 ? stream.count : (tenth + 1) * size
            try InputStream.publish(stream[(tenth * size)..<end], to: application.input, own.broker)
        }

        /// Publishes another tenth of the stream, and waits for its models.
        private func goOn(_ tenth: Int, _ instance: ShoalProcess) async throws {
            let models = try await application.modelHashes().count
            try publish(tenth)
            try await application.waitForModels(models + 2, instance)
        }

        /// Injects a fault, and waits until the log contains another occurrence of `text`.
        private func expect(
            _ text: String, of instance: ShoalProcess, after strike: () async throws -> Void
        ) async throws {
            func count() -> Int { instance.log.components(separatedBy: text).count }
            let before = count()
            let began = ContinuousClock.now
            try await strike()
            while count() == before {
                guard ContinuousClock.now - began < patience, instance.isRunning else {
                    throw ProcessMisbehaved(description: "not in the log: \"\(text)\"\n\(instance.log)")
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            print("\"\(text)\": \(ContinuousClock.now - began) after the fault")
        }

        /// Stalls the connections that have carried such requests. New connections work.
        private func deafen(_ request: Proxy.Request) async throws {
            try own.proxy?.set(.deaf(request))
            try await Task.sleep(for: .milliseconds(200))
        }

        @Test("stalled clients are replaced, and a foreign hanging transaction is reported")
        func stalls() async throws {
            let instance = try application.start()
            try await goOn(0, instance)
            try await goOn(1, instance)

            // One client reads input, models and deltas.
            try await expect("reading on with a new client", of: instance) {
                try await deafen(.fetch)
                try publish(2)
            }
            try await goOn(3, instance)

            try await expect("joining again with a new client", of: instance) {
                try await deafen(.heartbeat)
                // Librdkafka notices the stall and retries. It then waits minutes for the response to the retry.
                try own.proxy?.set(.trap(.joinGroup))
            }
            try await goOn(4, instance)

            // Librdkafka may recover from this without help when a record's timeout expires. Otherwise, a new producer
            // recovers.
            try await deafen(.addOffsetsToTransaction)
            try await goOn(5, instance)
            try await goOn(6, instance)

            let hanging = try hang()
            try await expect("the last stable offset does not move", of: instance) { try publish(7) }
            try abort(as: instance.log)
            withExtendedLifetime(hanging) {}
            try await goOn(8, instance)
            try publish(9)
            try await application.settle([instance])
            #expect(try await instance.stop() == 0)
            let stuck = instance.log.split(separator: "\n").filter { $0.contains("error: no progress") }
            #expect(stuck.isEmpty, "whoever waits for others is not stuck: \(stuck)")
            try await Checker(application, isGrown: true).check()
        }

        /// Leaves a transaction open on an input partition.
        private func hang() throws -> Producer {
            let producer = try Producer(
                own.broker.configuration(), transactionalID: uniqueName("hanging"), transactionTimeout: .seconds(300))
            try producer.initTransactions(timeout: .seconds(20))
            try producer.begin()
            try producer.produce(to: application.input, partition: 1, key: "nobody", value: "never committed")
            try producer.flush(timeout: .seconds(10))
            return producer
        }

        /// Runs the command from the log, word for word.
        private func abort(as log: String) throws {
            let line = log.split(separator: "\n").last { $0.contains("the last stable offset does not move") } ?? ""
            #expect(line.contains("\(application.input) partition 1 that began at offset"), "\(line)")
            let tool = "kafka-transactions.sh "
            let commands = line.split(separator: "`").filter { $0.hasPrefix(tool) }
                .map { ["transactions"] + $0.dropFirst(tool.count).split(separator: " ").map(String.init) }
            try #require(commands.count == 2, "\(line)")
            let start = try #require(commands[1].last)
            let producers = try own.broker.tool(commands[0])
            let rows = producers.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
            #expect(rows.contains { $0.last.map(String.init) == start }, "\(start):\n\(producers)")
            try own.broker.tool(commands[1])
        }
    }
}
