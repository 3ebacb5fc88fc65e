import Foundation
import ShoalReplay
import ShoalSchemas

@testable import ShoalClustering
@testable import ShoalPipeline

/// What a run leaves on the internal topics and in a checkpoint, and what someone who reads them looks for.
struct InternalRecords {
    /// All bytes as they are stored.
    private(set) var stored: [[UInt8]] = []
    /// The same before it was sealed.
    private(set) var plain: [[UInt8]] = []
    /// The first 8 bytes of weights and directions of members, of sums of clusters and of names of topics.
    private(set) var secrets: Set<UInt64> = []
    /// The counts of members in clear.
    private(set) var counts: [Int64] = []

    init(_ engine: GivenEpochs<KeyedTopics>, key: PrivacyKey) throws {
        var records = RecordBuffer()
        var shard = engine.shards[0]
        let sealer = RecordSealer(key, topic: "shoal-state", partition: 0)
        try addState(&shard, sealer, to: &records)
        try addCheckpoint(records, sealer)
        addDelta(shard.close(to: engine.epoch + 1), RecordSealer(key, topic: "shoal-deltas", partition: 0))
        addModel(engine.model, key, to: &records)
        stored += records.entries.flatMap { entry in
            [entry.key, entry.value].compactMap(\.self).map { Array(records.bytes[$0]) }
        }
    }

    private mutating func addState(
        _ shard: inout Shard<KeyedTopics>, _ sealer: RecordSealer, to records: inout RecordBuffer
    ) throws {
        shard.trackChanges()
        guard let header = shard.beginSnapshot(at: 0) else { throw ProtoError.badValue }
        StateRecord.append(header, number: 1, side: .a, .zstd, largestChunk: Chunks.largest, by: sealer, to: &records)
        plain.append(StateRecord.encode(header))
        while !shard.continueSnapshot(most: 4_096) {}
        shard.takeSnapshot { states in
            StateRecord.append(states, at: header.point, by: sealer, to: &records)
            for (index, member) in states.fields.enumerated() {
                let range = states.range(index)
                var bytes: [UInt8] = []
                let (topics, weights, directions) = (
                    Array(states.topics[range]), Array(states.weights[range]), Array(states.directions[range])
                )
                StateRecord.write(member, at: header.point, topics.span, weights.span, directions.span, &bytes)
                plain.append(bytes)
                look(for: weights.flatMap { weight in (0..<4).map { UInt8(truncatingIfNeeded: weight >> (8 * $0)) } })
            }
        }
        StateRecord.append(StateRecord.Whole(number: 1, side: .a), to: &records)
    }

    private mutating func addCheckpoint(_ records: RecordBuffer, _ sealer: RecordSealer) throws {
        var state = StateTable(sealer)
        for entry in records.entries {
            guard let key = entry.key, let value = entry.value else { continue }
            try state.take(
                key: records.bytes.span.extracting(key), value: records.bytes.span.extracting(value), offset: 0)
        }
        let head = Checkpoint.Head(application: "shoal", partition: 0, keyFingerprint: sealer.keyFingerprint)
        let url = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString).checkpoint")
        defer { try? FileManager.default.removeItem(at: url) }
        try Checkpoint(head: head, state: state).write(to: url)
        stored.append(Array(try Data(contentsOf: url)))
    }

    private mutating func addDelta(_ delta: EpochDelta, _ sealer: RecordSealer) {
        stored += DeltaRecord.encode(delta, .zstd, by: sealer)
        var writer = ProtoWriter()
        DeltaRecord.write(delta, &writer)
        plain.append(writer.bytes)
        for sample in delta.clusters.flatMap(\.samples) { look(forPacked: sample.direction.map { Int64($0.value) }) }
    }

    private mutating func addModel(_ model: Model, _ key: PrivacyKey, to records: inout RecordBuffer) {
        let record = ModelRecord(
            bookkeeping: Bookkeeping(
                from: 1, through: 1, start: 0, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0),
            keyFingerprint: key.fingerprint, model: model)
        record.append(to: &records, by: RecordSealer(key, topic: "shoal-models", partition: 0))
        plain.append(ModelContent.encode(model))
        for cluster in model.clusters { look(forPacked: cluster.sums.sums.map(\.value)) }
        for entry in model.vocabulary.entries { look(for: entry.name ?? []) }
        counts = [record.head.summary.members, record.head.summary.unassigned]
    }

    private mutating func look(forPacked values: [Int64]) {
        var writer = ProtoWriter()
        for value in values { writer.varint(UInt64(bitPattern: value)) }
        look(for: writer.bytes)
    }

    private mutating func look(for bytes: [UInt8]) {
        if bytes.count >= 8 { secrets.insert(bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }) }
    }

    /// Returns how many of the secrets are in records, also in those that are only compressed.
    func found(in records: [[UInt8]]) -> Int {
        var found: Set<UInt64> = []
        for record in records + records.flatMap(decompressed) {
            var window: UInt64 = 0
            for (index, byte) in record.enumerated() {
                window = window << 8 | UInt64(byte)
                if index >= 7, secrets.contains(window) { found.insert(window) }
            }
        }
        return found.count
    }

    /// Returns the content of a part of a record that is not sealed.
    private func decompressed(_ record: [UInt8]) -> [[UInt8]] {
        var part = Chunks.Chunk()
        var reader = ProtoReader(record.span)
        if case .part(_, _, let found)? = try? DeltaRecord.decode(record.span) {
            part = found
        } else if (try? part.read(&reader)) == nil {
            return []
        }
        let contents = [Compression.zlib, .zstd].map { $0.decompress(part.data, size: Int(part.size)) }
        return [part.clear] + contents.compactMap(\.self)
    }
}
