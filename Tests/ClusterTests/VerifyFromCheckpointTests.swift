import Foundation
import ShoalClustering
import ShoalKafka
import ShoalReplay
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Verification of a live run from checkpoints", .serialized)
    struct VerifyFromCheckpointTests {
        private static let partitions: Int32 = 4
        private let live: TemporaryFolder
        private let copies: TemporaryFolder

        init() throws {
            (live, copies) = (try TemporaryFolder(), try TemporaryFolder())
        }

        @Test(
            "a run is identical from checkpoints of different times on, and tampering is found",
            arguments: Array(Set([TestBroker.kind] + (TestBroker.hasApache ? [TestBroker.convincing] : []))))
        func compared(_ kind: TestBroker.Kind) async throws {
            let application = try await ran(try await TestBroker.shared(kind))
            let path = copies.url.path
            let points = try await points(application)
            let report = try await application.verification(checkpoints: path).run()
            let total = Int64(try await application.records(of: application.output).count)
            #expect(report.isIdentical, "\(report.text)")
            #expect(report.changes > 0 && report.earlier > 0 && report.changes + report.earlier == total)
            #expect(report.gone == 0 && report.models > 2 && report.givenModel != nil, "\(report.text)")
            for partition in report.partitions {
                #expect(partition.isFromCheckpoint && partition.from >= points[partition.partition] ?? .max)
            }
            if TestBroker.hasTools, kind.isApache { try retention(application, points) }
            try await tampered(application, report)
            try await explained(application, report)
            if TestBroker.hasTools, kind.isApache { try gone(application, points) }
        }

        /// Returns a run whose checkpoints of partitions 0 and 1 were copied after a third of the input, and those of 2
        /// and 3 after two thirds.
        private func ran(_ broker: TestBroker) async throws -> Application {
            let stream = InputStream(seed: 27, viewers: 300, epochs: 24)
            let application = try Application(
                broker, "continued", topics: InputStream.topics,
                settings: [
                    "snapshot.interval": "100ms", "checkpoint.interval": "1s", "checkpoint.directory": live.url.path,
                ])
            try await application.createTopics(partitions: Self.partitions)
            let third = stream.records.count / 3
            try InputStream.publish(stream.records[..<third], to: application.input, broker)
            let instances = try ["a", "b"].map { try application.start($0) }
            try await application.settle(instances)
            try await copy([0, 1], application)
            for (part, partitions) in [(1, [Int32(2), 3]), (2, [])] {
                let said = try await application.deltaEnd()
                let records = part == 1 ? stream.records[third..<(2 * third)] : stream.records[(2 * third)...]
                try InputStream.publish(records, to: application.input, broker)
                try await application.settle(instances, since: said)
                try await copy(partitions, application)
            }
            for instance in instances { #expect(try await instance.stop() == 0) }
            return application
        }

        /// Copies the checkpoints of these partitions, once they are not older than the call.
        private func copy(_ partitions: [Int32], _ application: Application) async throws {
            let now = Date.now
            for partition in partitions {
                let name = "\(application.name)-\(partition).checkpoint"
                let file = live.url.appending(path: name)
                for _ in 0..<400 {
                    let written =
                        try? FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
                    if let written, written > now { break }
                    try await Task.sleep(for: .milliseconds(50))
                }
                try FileManager.default.copyItem(at: file, to: copies.url.appending(path: name))
            }
        }

        /// Returns the offsets at which the checkpoints begin.
        private func points(_ application: Application) async throws -> [Int32: Int64] {
            let key = try #require(PrivacyKey(hex: Application.keyDigits))
            let files = CheckpointFiles(
                directory: copies.url.path, application: application.name, stateTopic: application.state, key: key)
            var points: [Int32: Int64] = [:]
            for partition in 0..<Self.partitions {
                points[partition] = try #require(try await files.saved(partition)).header.point.offset
            }
            return points
        }

        // MARK: - Retention

        private func retention(_ application: Application, _ points: [Int32: Int64]) throws {
            #expect(points.values.allSatisfy { $0 > 0 }, "\(points)")
            try application.deleteRecords(of: application.input, before: points)
            let asked = try application.verify(words: ["--from-checkpoint", copies.url.path])
            #expect(asked.status == 0 && asked.output.contains("identical from the checkpoints on"), "\(asked.output)")
            let standard = try application.verify(["checkpoint.directory=\(copies.url.path)"])
            #expect(standard.status == 0 && standard.output.contains("from its checkpoint on"), "\(standard.output)")
        }

        /// Checks that the result names everything that cannot be compared.
        private func gone(_ application: Application, _ points: [Int32: Int64]) throws {
            var bare = application
            bare.settings["checkpoint.directory"] = nil
            let nowhere = try bare.verify()
            #expect(
                nowhere.status == 67
                    && nowhere.output.contains("To start at checkpoints instead, use --from-checkpoint DIR"),
                "\(nowhere.output)")
            let empty = try TemporaryFolder()
            let none = try bare.verify(words: ["--from-checkpoint", empty.url.path])
            #expect(none.status == 67 && none.output.contains("has no checkpoints of"), "\(none.output)")
            let one = copies.url.appending(path: "\(application.name)-1.checkpoint")
            let bytes = try Data(contentsOf: one)
            var damaged = bytes
            damaged[damaged.count / 2] ^= 1
            try damaged.write(to: one)
            let broken = try bare.verify(words: ["--from-checkpoint", copies.url.path])
            #expect(broken.status == 67 && broken.output.contains("its checksum is wrong"), "\(broken.output)")
            try FileManager.default.removeItem(at: one)
            let missing = try bare.verify(words: ["--from-checkpoint", copies.url.path])
            #expect(
                missing.status == 67 && missing.output.contains("has no \(application.name)-1.checkpoint"),
                "\(missing.output)")
            try bytes.write(to: one)
            let usage = try bare.verify(words: ["--from-checkpoint", one.path])
            #expect(usage.status == 66 && usage.output.contains("is not a directory"), "\(usage.output)")
            try application.deleteRecords(of: application.input, before: points.mapValues { $0 + 1 })
            let shortened = try bare.verify(words: ["--from-checkpoint", copies.url.path])
            #expect(
                shortened.status == 67
                    && shortened.output.contains("retention has deleted the records after the checkpoint"),
                "\(shortened.output)")
        }

        // MARK: - Tampering

        private func tampered(_ application: Application, _ report: VerifyReport) async throws {
            let changes = try await application.records(of: application.output)
            for partition in report.partitions {
                let victim = try #require(
                    changes.first {
                        guard let position = application.position(of: $0) else { return false }
                        return position.partition == partition.partition && position.offset > partition.from
                    })
                let original = try #require(application.position(of: victim))
                let copy = try await application.copy(application.output, partitions: 4, "changed") { record in
                    guard record == victim else { return [record] }
                    var changed = record
                    // Changes the byte in the middle, whatever field it belongs to.
                    changed.value?[(record.value?.count ?? 1) / 2] ^= 1
                    return [changed]
                }
                let found = try await application.verification(output: copy, checkpoints: copies.url.path).run()
                let difference = found.differences.first { $0.inputPartition == original.partition }
                #expect(difference?.inputOffset == original.offset, "\(found.text)")
            }
            try await clusterChanges(application, changes, report)
        }

        /// Checks that a lost cluster change of the first computed model is found.
        private func clusterChanges(
            _ application: Application, _ changes: [TestRecord], _ report: VerifyReport
        ) async throws {
            let given = try #require(report.givenModel)
            let victim = changes.first {
                guard let change = try? ClusterChange($0.value ?? []), change.member == nil else {
                    return false
                }
                return change.modelVersion ?? .min > given
            }
            guard let victim else { return }
            let lost = try await application.copy(application.output, partitions: 4, "lost") {
                $0 == victim ? [] : [$0]
            }
            let found = try await application.verification(output: lost, checkpoints: copies.url.path).run()
            #expect(found.differences.first?.modelVersion == (try ClusterChange(victim.value ?? [])).modelVersion)
        }

        private func explained(_ application: Application, _ report: VerifyReport) async throws {
            let changes = try await application.records(of: application.output).map {
                try ClusterChange($0.value ?? [])
            }
            let from = Dictionary(uniqueKeysWithValues: report.partitions.map { ($0.partition, $0.from) })
            func isLate(_ change: ClusterChange) -> Bool {
                guard let position = application.position(of: change) else { return false }
                return position.offset > from[position.partition] ?? .max
            }
            let members = changes.filter { $0.member != nil && $0.why == .event }
            let (late, early) = (try #require(members.first(where: isLate)), try #require(members.first))
            let audit = try TemporaryFolder()
            let words = ["--from-checkpoint", copies.url.path]
            let told = try application.explain(
                ["--change", Hex.text(late.id)] + words, audit: audit.url.appending(path: "log").path)
            #expect(told.status == 0 && told.output.contains(Hex.text(late.member ?? 0)), "\(told.output)")
            #expect(told.output.contains("\"isFromCheckpoint\" : true"), "\(told.output)")
            let before = try application.explain(
                ["--change", Hex.text(early.id)] + words, audit: audit.url.appending(path: "log").path)
            #expect(!isLate(early) && before.status == 67, "\(before.output)")
            #expect(
                before.output.contains("which is before the start of the replay at the checkpoint"), "\(before.output)")
        }
    }
}
