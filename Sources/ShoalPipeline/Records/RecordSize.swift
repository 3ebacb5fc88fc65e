package import ShoalClustering

/// The sizes of records as they are written: compressed and sealed.
package enum RecordSize {
    /// Encodes a delta as a new application does, and returns the bytes of its records.
    package static func of(_ delta: EpochDelta, by sealer: RecordSealer) -> Int {
        DeltaRecord.encode(delta, by: sealer).reduce(0) { $0 + $1.count }
    }

    /// Encodes a model, and returns the bytes of its records.
    package static func of(_ publication: Coordinator.Publication, by sealer: RecordSealer) -> Int {
        var records = RecordBuffer()
        ModelRecord(bookkeeping: publication.bookkeeping, keyFingerprint: 1, model: publication.model)
            .append(to: &records, by: sealer)
        return records.bytes.count
    }
}
