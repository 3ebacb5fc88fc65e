internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// Compares the computed models of a replay with the recorded ones. Not thread-safe.
final class ModelVerifier: ModelWatcher {
    private var recorded: ArraySlice<RecordedModel>
    private let encoder: ChangeRecord
    private(set) var difference: Difference?
    /// The number of equal models.
    private(set) var compared: Int64 = 0
    /// The expected lifecycle changes.
    private(set) var expected: [PublishedChanges.Expected] = []
    private(set) var lastVersion: Epoch?
    /// For each partition, the epochs of its deltas in order; `.min` for genesis. Deltas before them are of earlier
    /// epochs.
    private var closed: [[Epoch]]
    private let before: [Int64]
    private var records: [RecordedModel] = []

    /// - Parameter continuation: The start of the computed models.
    init(_ continuation: Continuation, encoder: ChangeRecord) {
        recorded = continuation.models[...]
        lastVersion = continuation.given.last?.bookkeeping.through
        before = continuation.deltaCounts
        closed = Array(repeating: [], count: before.count)
        self.encoder = encoder
        difference = continuation.given.lazy.compactMap(Self.damage).first
    }

    func closed(_ epochDelta: EpochDelta) {
        guard Int(epochDelta.partition) < closed.count else { return }
        closed[Int(epochDelta.partition)].append(epochDelta.from ?? .min)
    }

    func take(_ publication: Coordinator.Publication, _ tally: Tally?) throws {
        guard let record = recorded.popFirst(), let version = publication.bookkeeping.through else { return }
        lastVersion = version
        records.append(record)
        guard difference == nil else { return }
        var records = RecordBuffer()
        for change in publication.changes {
            records.removeAll()
            encoder.append(change, model: publication.model, to: &records)
            for entry in records.entries {
                expected.append(
                    PublishedChanges.Expected(
                        key: entry.key.map { Array(records.bytes[$0]) } ?? [],
                        value: entry.value.map { Array(records.bytes[$0]) } ?? [], inputOffset: -1))
            }
        }
        let hash = Hex.text(SHA256Digest.of(ModelContent.encode(publication.model).span))
        difference = Self.difference(record, publication, hash: hash)
        if difference == nil { compared += 1 }
    }

    private static func damage(_ record: RecordedModel) -> Difference? {
        guard record.contentHash != record.announcedHash else { return nil }
        return Difference(
            .model, modelVersion: record.bookkeeping.through,
            "\(record.place) does not match its header: its content hash is \(record.contentHash), but not "
                + record.announcedHash)
    }

    private static func difference(
        _ record: RecordedModel, _ publication: Coordinator.Publication, hash: String
    ) -> Difference? {
        let (version, place) = (record.bookkeeping.through, record.place)
        if let damage = damage(record) { return damage }
        if record.bookkeeping.from != publication.bookkeeping.from {
            return Difference(.model, modelVersion: version, "\(place) is valid for other epochs than expected")
        }
        guard hash == record.contentHash else {
            return Difference(
                .model, modelVersion: version,
                "\(place) differs from the model that the input and its epoch deltas give: \(record.contentHash), but "
                    + "not "
                    + hash)
        }
        return nil
    }

    /// The first model that does not include exactly the deltas that had been read and are of its epoch or earlier.
    /// Both facts are in the record. Must be read when all deltas are known.
    var wrongIncludedDeltas: Difference? {
        for record in records {
            guard record.bookkeeping.from != nil, let version = record.bookkeeping.through else { continue }
            for (partition, state) in record.bookkeeping.partitions.enumerated() {
                let closed = before[partition] + Int64(closed[partition].partitioningIndex { $0 > version })
                let due = min(closed, state.read)
                guard state.included != due else { continue }
                return Difference(
                    .model, modelVersion: version,
                    "\(record.place) includes \(state.included) epoch deltas of partition "
                        + "\(partition), but should include \(due)")
            }
        }
        return nil
    }
}
