import Foundation
import ShoalClustering
import ShoalKafka
import ShoalReplay
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Verification of a live run", .serialized, .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
    struct VerifyTests {
        private let broker: TestBroker

        init() async throws {
            broker = try await TestBroker.shared(TestBroker.convincing)
        }

        @Test("three instances on growing input with one killed are identical, and each tampering is found")
        func growing() async throws {
            let stream = InputStream(seed: 21, viewers: 300, epochs: 28)
            let application = try Application(
                broker, "verified", topics: InputStream.topics, settings: ["privacy.rotation": "1d"])
            try await application.createTopics(partitions: 8)
            let third = stream.records.count / 3
            try InputStream.publish(stream.records[..<third], to: application.input, broker)
            var instances = try ["a", "b", "c"].map { try application.start($0) }
            try await application.waitForModels(4, instances[0])
            try InputStream.publish(stream.records[third..<(2 * third)], to: application.input, broker)
            try await instances[1].kill()
            instances[1] = try application.start("b")
            try await instances[1].waitForLog("took over")
            let live = try application.verify()
            #expect(live.status == 0 && live.output.contains("identical: "), "\(live.output)")
            let said = try await application.deltaEnd()
            try InputStream.publish(stream.records[(2 * third)...], to: application.input, broker)
            try await application.settle(instances, since: said)
            for instance in instances { #expect(try await instance.stop() == 0) }

            let whole = try application.verify()
            #expect(whole.status == 0, "\(whole.output)")
            let report = try await application.verification().run()
            #expect(report.isIdentical && report.gone == 0)
            #expect(report.changes == Int64(try await application.records(of: application.output).count))
            let isRotated = try await application.records(of: application.output).contains {
                try ClusterChange($0.value ?? []).why == .rotated
            }
            #expect(isRotated)
            #expect(report.models + 1 == Int64(try await application.modelRecords().count))
            try await application.checkExplanations()
            try await tampered(application)
            try await incomparable(application)
        }

        // MARK: - Tampering

        private func tampered(_ application: Application) async throws {
            let changes = try await application.records(of: application.output)
            let moves = changes.filter { (try? ClusterChange($0.value ?? []))?.kind == .memberMoved }
            let victim = try #require(moves.dropFirst(moves.count / 2).first)
            let original = try #require(application.position(of: victim))
            let copy = try await application.copy(application.output, partitions: 4, "changed") { record in
                guard record == victim else { return [record] }
                var changed = record
                // Changes a byte of a pseudonym, a cluster or a time, whichever it belongs to.
                changed.value?[(record.value?.count ?? 1) / 2] ^= 1
                return [changed]
            }
            let difference = try await application.verification(output: copy).run().differences.first
            #expect(difference?.inputPartition == original.partition)
            #expect(difference?.inputOffset == original.offset)
            #expect(difference?.kind == .other)

            let lost = try await application.copy(application.output, partitions: 4, "lost") {
                $0 == victim ? [] : [$0]
            }
            let missing = try await application.verification(output: lost).run().differences.first
            #expect(missing?.inputPartition == original.partition)
            let doubled = try await application.copy(application.output, partitions: 4, "doubled") {
                $0 == victim ? [$0, $0] : [$0]
            }
            #expect(try await application.verification(output: doubled).run().differences.count == 1)
            try await includedDeltas(application)
        }

        private func includedDeltas(_ application: Application) async throws {
            var table = ModelTable(application.sealer(of: application.models))
            for shift in [Int64(1), -1] {
                var hasChanged = false
                let copy = uniqueName("included")
                let models = try await application.copy(application.models, partitions: 1, to: copy) { record in
                    let value = record.value ?? []
                    guard var model = try table.take(value.span, offset: record.offset) else { return [] }
                    if !hasChanged, let version = model.bookkeeping.through, model.bookkeeping.from != nil,
                        version > (model.bookkeeping.start ?? 0) + 5
                    {
                        hasChanged = true
                        model.bookkeeping.partitions[3].included += shift
                    }
                    var records = RecordBuffer()
                    model.append(to: &records, by: application.sealer(of: copy))
                    return records.entries.map { entry in
                        var changed = record
                        changed.value = entry.value.map { Array(records.bytes[$0]) }
                        return changed
                    }
                }
                let report = try await application.verification(models: models).run()
                #expect(hasChanged && report.differences.first?.kind == .model, "\(report.text)")
            }
        }

        private func incomparable(_ application: Application) async throws {
            let other = try application.verify(key: TestKey.other)
            #expect(other.status == 78 && other.output.contains("privacy.key-file differs"), "\(other.output)")
            let cases: [([String], String, String)] = [
                (["profile.half-life=3d"], Application.keyDigits, "profile.half-life is 3d here, and 1d there"),
                (["application.id=nobody"], Application.keyDigits, "the topic nobody-models does not exist"),
            ]
            for (sets, key, text) in cases {
                let result = try application.verify(sets, key: key)
                #expect(result.status == 67 && result.output.contains(text), "\(sets): \(result.output)")
            }
            try application.deleteRecords(of: application.input, before: [0: 5])
            let result = try application.verify()
            #expect(result.status == 67 && result.output.contains("retention has deleted the beginning"))
        }
    }
}
