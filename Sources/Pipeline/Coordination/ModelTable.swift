package import Clustering
internal import Schemas

/// What was read of the model topic: its records in order, decoded where a shard needs one. A pure state machine.
package struct ModelTable {
    package init() {}

    /// A model record as it was read, deflated; content is decoded when it is needed.
    private struct Entry {
        /// nil: no beginning.
        var from: Epoch?
        var through: Epoch
        var bytes: [UInt8]
        var size: Int64
    }

    package private(set) var genesis: ModelRecord?
    /// The model of genesis, compiled.
    package private(set) var genesisModel: CompiledModel?
    private var assembly: Parts.Assembly?
    private var entries: [Entry] = []
    private var start: Epoch?
    private var compiled: [(through: Epoch, model: CompiledModel)] = []
    /// How many compiled models are kept at hand.
    private let kept = 12

    /// How many model records there are besides the genesis model.
    package var count: Int { entries.count }

    /// Takes a record of the model topic in.
    /// - Returns: the model record that is whole now; nil: more parts are to come.
    /// - Throws: `ProtoError` if it is none; `RulesMismatch`.
    package mutating func take(_ value: Span<UInt8>, offset: Int64) throws -> ModelRecord? {
        var part = Parts.Part()
        var reader = ProtoReader(value)
        try part.read(&reader)
        if part.index == 0 { assembly = Parts.Assembly(number: 0, firstOffset: offset) }
        // Retention may leave the last parts of a model.
        guard let whole = try assembly?.add(part) else { return nil }
        assembly = nil
        return try take(whole.bytes, whole.size)
    }

    private mutating func take(_ bytes: [UInt8], _ size: Int64) throws -> ModelRecord {
        let record = try Self.decode(bytes, size)
        guard let through = record.bookkeeping.through else {
            genesis = record
            genesisModel = CompiledModel(record.model, version: nil)
            return record
        }
        start = record.bookkeeping.start
        entries.append(Entry(from: record.bookkeeping.from, through: through, bytes: bytes, size: size))
        keep(CompiledModel(record.model, version: through), through)
        return record
    }

    /// Records follow each other without a gap: what comes before the first that is left is gone for good.
    package struct Gone: Error, Equatable {
        package var version: Epoch
        /// The first version that is there.
        package var first: Epoch
    }

    /// The model of exactly this version; nil: it has not been read.
    /// - Throws: `Gone` where retention has deleted it; `ProtoError`.
    package mutating func exact(_ version: Epoch) throws -> CompiledModel? {
        if let start, version <= start {
            guard genesisModel == nil else { return genesisModel }
            throw Gone(version: version, first: start + 1)
        }
        if let first = entries.first?.from, version < first { throw Gone(version: version, first: first) }
        guard let entry = entry(version) else { return nil }
        if let found = compiled.first(where: { $0.through == entry.through }) { return found.model }
        let model = CompiledModel(try Self.decode(entry.bytes, entry.size).model, version: entry.through)
        keep(model, entry.through)
        return model
    }

    /// The last model record; the genesis model where there is no other.
    func last() throws -> ModelRecord? {
        guard let entry = entries.last else { return genesis }
        return try Self.decode(entry.bytes, entry.size)
    }

    private func entry(_ version: Epoch) -> Entry? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].through < version { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].from ?? .min <= version else { return nil }
        return entries[low]
    }

    private mutating func keep(_ model: CompiledModel, _ through: Epoch) {
        compiled.append((through, model))
        if compiled.count > kept { compiled.removeFirst() }
    }

    private static func decode(_ bytes: [UInt8], _ size: Int64) throws -> ModelRecord {
        guard let inflated = Compression.inflate(bytes, size: Int(size)) else { throw ProtoError.badValue }
        return try ModelRecord.decode(inflated)
    }
}
