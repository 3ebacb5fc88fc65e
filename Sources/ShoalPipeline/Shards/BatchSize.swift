/// How many records are taken at once: fewer if they are large, so that the records in hand take a few MiB of memory, and not
/// hundreds.
struct BatchSize {
    /// Records to ask for.
    private(set) var records = 64
    /// The most records and about the most bytes of a batch.
    private static let most = (records: 512, bytes: 4 << 20)

    /// Adapts to the records of the last batch.
    mutating func adapt(records count: Int, bytes: Int) {
        guard count > 0 else { return }
        let fitting = Self.most.bytes / max(bytes / count, 1)
        // A batch of small records may be followed by large ones: it grows step by step.
        records = max(min(fitting, records * 2, Self.most.records), 1)
    }
}
