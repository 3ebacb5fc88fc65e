import Foundation
import ShoalKafka
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Snapshots", .serialized)
    struct SnapshotTests {
        /// Returns the start offsets of the restores in the log, by partition.
        private func beginnings(_ log: String) -> [Int64] {
            log.split(separator: "\n").filter { $0.contains("restored the partition") }.compactMap { line in
                line.firstMatch(of: /from=(\d+)/).flatMap { Int64($0.1) }
            }
        }

        @Test("a killed instance resumes from the last snapshot with the same result")
        func restart() async throws {
            let broker = try await TestBroker.shared(TestBroker.forKills)
            let application = try Application(
                broker, "snapshots", topics: InputStream.topics, settings: ["snapshot.interval": "100ms"])
            try await application.createTopics(partitions: 3)
            let stream = InputStream(seed: 41, viewers: 260, epochs: 24)
            let middle = stream.records.count * 2 / 3
            try InputStream.publish(stream.records[..<middle], to: application.input, broker)
            let first = try application.start()
            try await application.settle([first])
            let said = try await application.deltaEnd()
            try await application.waitForSnapshots(first)
            try await first.kill()
            let idle = try application.start()
            try await idle.waitForLog("took over")
            #expect(beginnings(idle.log).allSatisfy { $0 > 0 } && beginnings(idle.log).count == 3, "\(idle.log)")
            try InputStream.publish(stream.records[middle...], to: application.input, broker)
            try await application.settle([idle], since: said)
            try await idle.kill()
            let last = try application.start()
            try await last.waitForLog("took over")
            #expect(beginnings(last.log).allSatisfy { $0 > 0 } && beginnings(last.log).count == 3, "\(last.log)")
            #expect(try await last.stop() == 0)
            try await Checker(application, isGrown: true).check()
        }

        @Test("a local checkpoint is read first, and a damaged one is set aside and the state read from Kafka")
        func checkpoint() async throws {
            let broker = try await TestBroker.shared(TestBroker.forKills)
            let folder = try TemporaryFolder()
            let application = try Application(
                broker, "checkpoint", topics: InputStream.topics,
                settings: [
                    "snapshot.interval": "100ms", "checkpoint.interval": "1s", "checkpoint.directory": folder.url.path,
                ])
            try await application.createTopics(partitions: 2)
            let stream = InputStream(seed: 43, viewers: 200, epochs: 12)
            try InputStream.publish(stream.records, to: application.input, broker)
            let first = try application.start()
            try await application.settle([first])
            let files = (0..<2).map { folder.url.appending(path: "\(application.name)-\($0).checkpoint") }
            for _ in 0..<200 where !files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) {
                try await Task.sleep(for: .milliseconds(50))
            }
            try await first.kill()
            let second = try application.start()
            try await second.waitForLog("took over")
            let read = second.log.split(separator: "\n").filter { $0.contains("read the checkpoint") }
            #expect(read.count == 2, "\(second.log)")
            try await second.kill()
            var bytes = try Data(contentsOf: files[0])
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: files[0])
            let third = try application.start()
            try await third.waitForLog("took over")
            #expect(
                third.log.contains("checkpoint cannot be used: reading the state topic")
                    && third.log.contains("damaged: its checksum"))
            #expect(FileManager.default.fileExists(atPath: files[0].appendingPathExtension("bad").path))
            #expect(try await third.stop() == 0)
            try await Checker(application).check()
        }

        @Test("a state of a newer format, in an uncompacted topic, or of another application is refused")
        func refused() async throws {
            let broker = try await TestBroker.shared()
            let application = try Application(broker, "newer", topics: InputStream.topics)
            try await application.createTopics(partitions: 2)
            try InputStream.publish(
                InputStream(seed: 42, viewers: 160, epochs: 6, watches: 1).records, to: application.input, broker)
            try await application.run()
            let producer = try Producer(broker.configuration())
            let key = String(repeating: "k", count: 16)
            try producer.produce(to: application.state, partition: 0, key: key, value: "\u{8}\u{9}")
            try producer.flush(timeout: .seconds(10))
            try await expectRefused(application, 70, "has format 9, but this version of Shoal reads up to 2")
            let deleting = try Application(broker, "deleting", topics: InputStream.topics)
            try await broker.create([
                deleting.input: 2, deleting.output: 1, deleting.members: 1, deleting.deadLetters: 1,
                deleting.deltas: 1, deleting.models: 1,
            ])
            let admin = try Admin(broker.configuration())
            #expect(try await admin.create([.init(deleting.state, partitions: 2)]).isEmpty)
            try await expectRefused(deleting, 72, "cleanup.policy=delete, but needs compact")
        }

        private func expectRefused(_ application: Application, _ status: Int32, _ text: String) async throws {
            let instance = try application.start()
            let end = try await instance.waitForEnd()
            #expect(end == status && instance.log.contains(text), "\(end): \(instance.log)")
        }
    }
}
