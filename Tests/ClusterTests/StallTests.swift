import Foundation
import Kafka
import TestSupport
import Testing

@testable import Pipeline

extension MainJob {
    /// Librdkafka itself gives a dead connection up after a minute, and some never: its time-outs stay as they are here.
    @Suite(
        "What makes no progress is named, and cured where a new client cures it", .serialized,
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

        /// Publishes, and waits until models of it are there.
        private func goOn(_ tenth: Int, _ instance: ShoalProcess) async throws {
            let models = try await application.modelHashes().count
            try publish(tenth)
            try await application.waitForModels(models + 2, instance, within: .seconds(40))
        }

        /// Strikes, and waits until the log says something once more than before.
        private func expect(
            _ text: String, of instance: ShoalProcess, after strike: () async throws -> Void
        ) async throws {
            func count() -> Int { instance.log.components(separatedBy: text).count }
            let before = count()
            let began = ContinuousClock.now
            try await strike()
            while count() == before {
                guard ContinuousClock.now - began < .seconds(40), instance.isRunning else {
                    throw ProcessMisbehaved(description: "not in the log: \"\(text)\"\n\(instance.log)")
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            print("\"\(text)\": \(ContinuousClock.now - began) after the fault")
        }

        /// Nothing passes any more on the connections that have carried such requests; new ones are as before.
        private func deafen(_ request: Proxy.Request) async throws {
            try own.proxy?.set(.deaf(request))
            try await Task.sleep(for: .milliseconds(200))
        }

        @Test("readers, the group's member and the producer go deaf, and a transaction of somebody else hangs")
        func stalls() async throws {
            let instance = try application.start()
            try await goOn(0, instance)
            try await goOn(1, instance)

            // Those of the input, the models and the deltas are one client.
            try await expect("reading on with a new client", of: instance) {
                try await deafen(.fetch)
                try publish(2)
            }
            try await goOn(3, instance)

            try await expect("joining it anew with a new client", of: instance) {
                try await deafen(.heartbeat)
                // Librdkafka notices that, and tries again; the answer to that it waits for for minutes.
                try own.proxy?.set(.trap(.joinGroup))
            }
            try await goOn(4, instance)

            // Librdkafka may get over this one by itself, when a record's own time is over; a new producer does otherwise.
            try await deafen(.addOffsetsToTransaction)
            try await goOn(5, instance)
            try await goOn(6, instance)

            let hanging = try hang()
            try await expect("the last stable offset has not moved for", of: instance) { try publish(7) }
            try abort(as: instance.log)
            withExtendedLifetime(hanging) {}
            try await goOn(8, instance)
            try publish(9)
            try await application.settle([instance])
            #expect(try await instance.stop() == 0)
            let stuck = instance.log.split(separator: "\n").filter { $0.contains("has made no progress") }
            #expect(stuck.isEmpty, "whoever waits for others is not stuck: \(stuck)")
            try await Checker(application, isGrown: true).check()
        }

        /// Leaves a transaction open on a partition of the input.
        private func hang() throws -> Producer {
            let producer = try Producer(
                own.broker.configuration(), transactionalID: uniqueName("hanging"), transactionTimeout: .seconds(300))
            try producer.initTransactions(timeout: .seconds(20))
            try producer.begin()
            try producer.produce(to: application.input, partition: 1, key: "nobody", value: "never committed")
            try producer.flush(timeout: .seconds(10))
            return producer
        }

        /// Does what the log says, word by word.
        private func abort(as log: String) throws {
            let line = log.split(separator: "\n").last { $0.contains("the last stable offset has not moved") } ?? ""
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
