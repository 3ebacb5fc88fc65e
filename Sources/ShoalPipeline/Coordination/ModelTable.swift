package import ShoalClustering
internal import ShoalSchemas

/// The model records that were read, in topic order. A pure state machine.
///
/// Records are opened when they are read and kept compressed, to be decoded and compiled on request. The newest one is also
/// kept decoded until then, because shards often wait for it. A table with a limit keeps only the newest records, so that
/// its memory does not grow with the age of an application.
package struct ModelTable {
    /// The maximum size of a table.
    struct Limit {
        /// The number of newest records to keep, regardless of size. Partitions that keep up request models of the last
        /// `epoch.staleness` (1 to 8) versions.
        var records = 12
        /// The bytes of older records to keep in addition.
        var bytes = 8 << 20
    }

    package private(set) var genesis: ModelRecord?
    /// The compiled genesis model.
    package private(set) var genesisModel: CompiledModel?
    /// How many model records were taken besides the genesis model.
    package private(set) var count = 0
    private let limit: Limit?
    private let sealer: RecordSealer
    private var assembly: Chunks.Assembly?
    private var entries: [OpenedModel] = []
    private var bytes = 0
    private var start: Epoch?
    private var cache = ModelCache()
    /// The newest record, until it is compiled.
    private var newest: ModelRecord?

    /// Makes a table that keeps all records.
    /// - Parameter sealer: of the model topic.
    package init(_ sealer: RecordSealer) {
        limit = nil
        self.sealer = sealer
    }

    init(_ sealer: RecordSealer, keeping limit: Limit) {
        self.limit = limit
        self.sealer = sealer
    }

    /// Takes a record of the model topic.
    /// - Returns: the model record that is complete now; nil if more parts are to come.
    /// - Throws: `ProtoError` if it is none; `RulesMismatch`; `KeyMismatch`.
    package mutating func take(_ value: Span<UInt8>, offset: Int64) throws -> ModelRecord? {
        var part = Chunks.Chunk()
        var reader = ProtoReader(value)
        try part.read(&reader)
        if part.index == 0 { assembly = Chunks.Assembly(number: 0, firstOffset: offset) }
        // Retention may have deleted the first parts of a model.
        guard let whole = try assembly?.add(part) else { return nil }
        assembly = nil
        let opened = try OpenedModel(whole, by: sealer)
        let record = try opened.record()
        take(record, opened)
        return record
    }

    private mutating func take(_ record: ModelRecord, _ opened: OpenedModel) {
        guard opened.through != nil else { return take(genesis: record) }
        start = record.bookkeeping.start
        count += 1
        newest = record
        entries.append(opened)
        bytes += opened.content.bytes.count
        guard let limit else { return }
        var extra = 0
        while entries.count - extra > limit.records, bytes > limit.bytes {
            bytes -= entries[extra].content.bytes.count
            extra += 1
        }
        entries.removeFirst(extra)
    }

    /// Takes the genesis model, which was read apart from the others.
    mutating func take(genesis record: ModelRecord) {
        guard genesis == nil else { return }
        genesis = record
        genesisModel = CompiledModel(record.model, version: nil)
    }

    /// Retention has deleted the model: records are contiguous, and the first remaining one is later.
    package struct RetentionGap: Error, Equatable {
        package var version: Epoch
        /// The first available version.
        package var first: Epoch
    }

    /// The table has read the model, or begun behind it, and does not keep it: it has to be read from the topic.
    struct NotKept: Error {}

    /// Returns the model of exactly this version; nil if it has not been read yet.
    /// - Throws: `RetentionGap`; `NotKept`, if the table has a limit; `ProtoError`.
    package mutating func exact(_ version: Epoch) throws -> CompiledModel? {
        if let start, version <= start {
            guard genesisModel == nil else { return genesisModel }
            throw RetentionGap(version: version, first: start + 1)
        }
        if let found = cache.model(version) { return found }
        if let newest, newest.bookkeeping.covers(version) {
            self.newest = nil
            return keep(newest)
        }
        guard let record = try record(version) else { return nil }
        return keep(record)
    }

    /// Returns the record of exactly this version, behind the start; nil if it has not been read yet.
    /// - Throws: `RetentionGap`; `NotKept`, if the table has a limit; `ProtoError`.
    package func record(_ version: Epoch) throws -> ModelRecord? {
        if let first = entries.first?.from, version < first {
            guard limit == nil else { throw NotKept() }
            throw RetentionGap(version: version, first: first)
        }
        return try entry(version)?.record()
    }

    /// Compiles a model, and keeps it as long as a shard uses it.
    mutating func keep(_ record: ModelRecord) -> CompiledModel {
        let through = record.bookkeeping.through
        let model = CompiledModel(record.model, version: through)
        cache.insert(model, from: record.bookkeeping.from ?? .min, through: through ?? .min)
        return model
    }

    /// Returns the last model record, or the genesis model if it is the only one.
    func last() throws -> ModelRecord? {
        guard let entry = entries.last else { return genesis }
        return try entry.record()
    }

    private func entry(_ version: Epoch) -> OpenedModel? {
        let place = entries.partitioningIndex { $0.through ?? .min >= version }
        guard place < entries.count, entries[place].from ?? .min <= version else { return nil }
        return entries[place]
    }
}
