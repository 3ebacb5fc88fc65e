import ShoalClustering
import ShoalKafka
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Old models are read again from the topic")
    struct ModelArchiveTests {
        private let place = TopicPartition(uniqueName("archive-models"), 0)

        /// Writes the genesis model, the start at 9, and records of one to three versions up to `last`, in parts.
        private func write(_ broker: TestBroker, through last: Epoch, withGenesis: Bool = true) async throws {
            try await broker.create([place.topic: 1])
            let producer = try Producer(broker.configuration(["linger.ms": "5"]))
            var version: Epoch = 9
            if withGenesis { try write(nil, nil, producer) }
            try write(nil, 9, producer)
            while version < last {
                let through = min(version + 1 + version % 3, last)
                try write(version + 1, through, producer)
                version = through
            }
            try producer.flush(timeout: .seconds(30))
        }

        private func write(_ from: Epoch?, _ through: Epoch?, _ producer: Producer) throws {
            var model = Model(settings: Settings())
            model.ticks = through ?? 0
            let record = ModelRecord(
                bookkeeping: Bookkeeping(
                    from: from, through: through, start: through == nil ? nil : 9, partitions: [PartitionState()],
                    deltaOffset: 0, oldestOffset: 0),
                firstOffsets: [0], keyFingerprint: 1, model: model)
            var records = RecordBuffer()
            record.append(to: &records, by: sealer, largestChunk: 60)
            for entry in records.entries {
                let value = try #require(entry.value)
                try producer.produce(
                    to: place.topic, partition: 0, key: nil, value: records.bytes.span.extracting(value),
                    headers: records.headers[entry.headers].map { (name: $0.name, value: $0.value) })
            }
        }

        private var sealer: RecordSealer {
            RecordSealer(PrivacyKey(hex: TestKey.digits)!, topic: place.topic, partition: 0)
        }

        private func archive(_ broker: TestBroker) throws -> ModelArchive {
            let kafka = broker.configuration()
            return ModelArchive(place, kafka, try Admin(kafka), PipelineLog { _ in }, sealer)
        }

        @Test("any version, in any order; the beginning is the genesis model and the last one")
        func anyOrder() async throws {
            let broker = try await TestBroker.shared()
            try await write(broker, through: 200)
            let archive = try archive(broker)
            let beginning = try await archive.beginning()
            #expect(beginning.genesis?.record.bookkeeping.through == nil && beginning.genesis != nil)
            #expect(beginning.offset > 200)
            for version in [10, 150, 11, 12, 13, 77, 200, 76] + Array(Epoch(100)..<120) {
                guard case .record(let record) = try await archive.record(version) else {
                    Issue.record("the model of epoch \(version) is gone")
                    continue
                }
                let bookkeeping = record.bookkeeping
                #expect((bookkeeping.from ?? .min) <= version && version <= bookkeeping.through ?? .max)
                #expect(record.model.ticks == bookkeeping.through)
            }
        }

        @Test("a version before the first one that is left is gone")
        func gone() async throws {
            let broker = try await TestBroker.shared()
            try await broker.create([place.topic: 1])
            let producer = try Producer(broker.configuration())
            for version in Epoch(40)...44 { try write(version, version, producer) }
            try producer.flush(timeout: .seconds(30))
            let archive = try archive(broker)
            #expect(try await archive.beginning().genesis == nil)
            guard case .gone(first: 40) = try await archive.record(12) else {
                Issue.record("it is found, or not told as gone")
                return
            }
        }
    }
}
