import Foundation
import ShoalClustering
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Records on internal topics that Shoal does not write")
    struct ForeignRecordTests {
        private func produce(_ value: [UInt8], key: [UInt8], to topic: String, _ application: Application) throws {
            let producer = try Producer(application.broker.configuration())
            try producer.produce(to: topic, partition: 0, key: key.span, value: value.span)
            try producer.flush(timeout: .seconds(10))
        }

        /// Checks that an instance ends, and that `shoal status` names the offset and exits without a signal.
        private func check(
            _ application: Application, _ topic: String, _ offset: Int64, _ text: String, statuses: [Int32] = [70, 72]
        ) async throws {
            let instance = try application.start()
            let found = try await instance.waitForEnd()
            #expect(statuses.contains(found), "\(found): \(instance.log)")
            #expect(instance.log.contains("\(topic) offset \(offset)"), "\(instance.log)")
            #expect(instance.log.contains(text), "\(instance.log)")
            let sets = application.settings.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
            let status = try shoal(["status"] + sets)
            #expect([0, 2].contains(status.status), "\(status.status): \(status.output)")
            #expect(status.output.contains("offset \(offset)"), "\(status.output)")
        }

        @Test("a delta whose sums are impossible ends an instance with the offset, and status names it")
        func delta() async throws {
            let application = try await Application.begun()
            let records = try await application.records(of: application.deltas)
            let last = try #require(records.last)
            let epochDelta = EpochDelta(
                partition: 0, number: 1_000, from: 5, through: 4,
                clusters: [ClusterDelta(cluster: 1, count: .max, sums: [SumEntry(topic: 4_000_000_000, value: .max)])])
            try produce(
                DeltaRecord.encode(epochDelta, .zstd, by: application.sealer(of: application.deltas))[0],
                key: Array("0".utf8),
                to: application.deltas, application)
            let end = try await application.records(of: application.deltas).last?.offset ?? -1
            #expect(end > last.offset)
            try await check(application, application.deltas, end, "4000000000")
        }

        @Test("a delta of a partition that does not exist, of which only a part comes")
        func partition() async throws {
            let application = try await Application.begun()
            let epochDelta = EpochDelta(
                partition: 77, number: 1, from: nil, through: 4,
                namings: (0..<9).map { TopicNaming(candidate: UInt128($0), name: [UInt8($0)]) })
            let part = DeltaRecord.encode(
                epochDelta, .zstd, by: application.sealer(of: application.deltas), largestChunk: 20)[0]
            try produce(part, key: Array("77".utf8), to: application.deltas, application)
            let end = try await application.records(of: application.deltas).last?.offset ?? -1
            try await check(application, application.deltas, end, "partition 77")
        }

        @Test("a model whose counts are impossible ends an instance with the offset, and status names it")
        func model() async throws {
            let application = try await Application.begun()
            var record = try #require(try await application.modelRecords().last)
            record.model.unassigned.count = .max
            var records = RecordBuffer()
            record.append(to: &records, by: application.sealer(of: application.models))
            let entry = try #require(records.entries.first)
            let value = Array(records.bytes[try #require(entry.value)])
            try produce(value, key: Array("9".utf8), to: application.models, application)
            let end = try await application.records(of: application.models).last?.offset ?? -1
            try await check(application, application.models, end, "members")
        }

        @Test("a member with a topic that no vocabulary has ends an instance with the offset")
        func member() async throws {
            let application = try await Application.begun()
            let fields = MemberFields(
                pseudonym: 7, order: 1, landmark: 1, lastEpoch: nil, events: 3, cluster: 0, previous: 0,
                published: 0)
            let (topics, weights, directions): ([TopicNumber], [UInt32], [UInt16]) = ([900_000], [9], [32_767])
            var value: [UInt8] = []
            StateRecord.seal(
                fields, at: SnapshotPoint(offset: 1, epoch: nil), topics.span, weights.span, directions.span,
                by: application.sealer(of: application.state), &value)
            try produce(value, key: Hex.bytes(of: 7), to: application.state, application)
            let instance = try application.start()
            let found = try await instance.waitForEnd()
            #expect(found == 70, "\(found): \(instance.log)")
            #expect(instance.log.contains("a member has topic 900000"), "\(instance.log)")
        }
    }
}
