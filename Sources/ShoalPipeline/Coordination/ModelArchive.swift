internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSchemas

/// Reads single models from the model topic: the first and the last at a start, and those that the feed does not keep.
///
/// A version is found by binary search over offsets, using the headers of its records. Of old models, only some offsets
/// and the most recently read records are kept in memory.
actor ModelArchive {
    enum Found {
        case record(ModelRecord)
        /// Retention has deleted the model; `first` is the oldest remaining version.
        case gone(first: Epoch)
    }

    /// The start of the feed.
    struct Beginning {
        var genesis: (record: ModelRecord, timestamp: Int64)?
        /// The first offset of the last complete model, or of the topic.
        var offset: Int64
    }

    /// The first record at or after an offset.
    private struct Probe {
        var offset: Int64
        var through: Epoch
        /// Parts of its model, and bytes of this one.
        var parts: Int64
        var bytes: Int
    }

    private let place: TopicPartition
    private let kafka: ClientConfiguration
    private let admin: Admin
    private let log: PipelineLog
    private let sealer: RecordSealer
    private var reader: RangeReader?
    /// When it was last used.
    private var used = ContinuousClock.now
    private var isReading = false
    private let freed = Signal()
    /// The most recently read records, the newest last.
    private var kept: [OpenedModel] = []
    private var keptBytes = 0
    private static let mostKept = 8 << 20
    /// The offsets after the records of some versions, ascending.
    private var places: [(through: Epoch, next: Int64)] = []
    private static let mostPlaces = 1_024

    init(
        _ place: TopicPartition, _ kafka: ClientConfiguration, _ admin: Admin, _ log: PipelineLog,
        _ sealer: RecordSealer
    ) {
        self.sealer = sealer
        self.place = place
        self.kafka = kafka
        self.admin = admin
        self.log = log
    }

    /// Reads the genesis model, if the topic still begins with it, and finds the last one.
    /// - Throws: `KafkaError`, `ProtoError`, `RulesMismatch`, `KeyMismatch`.
    func beginning() async throws -> Beginning {
        let marks = try await RetryPolicy(log: log).wait { try await admin.watermarks(of: place) }
        var beginning = Beginning(offset: marks.low)
        guard let first = try await probe(marks.low, marks.high) else { return beginning }
        if first.through == .min {
            try await read(marks.low, marks.high, most: Int(first.parts)) { opened, timestamp, _ in
                beginning.genesis = (try opened.record(), timestamp)
            }
        }
        let last = try await LastModel(topic: place.topic, kafka: kafka, admin: admin).locate()
        beginning.offset = max(last?.firstOffset ?? marks.low, marks.low)
        return beginning
    }

    /// Returns the record of a published version after the start. Waits while brokers are unreachable.
    /// - Throws: `CancellationError`, `KafkaError`, `ProtoError`, `RulesMismatch`, `KeyMismatch`.
    func record(_ version: Epoch) async throws -> Found {
        while isReading {
            let seen = freed.count
            await freed.wait(past: seen)
            try Task.checkCancellation()
        }
        isReading = true
        defer {
            isReading = false
            freed.notify()
        }
        var notice = ContinuousClock.now + .seconds(10)
        while true {
            let entry = kept.first { $0.covers(version) }
            let loaded = if let entry { Loaded.record(entry) } else { try await load(version) }
            switch loaded {
            case .record(let entry): return .record(try entry.record())
            case .gone(let first): return .gone(first: first)
            case .nothing: break
            }
            if ContinuousClock.now > notice {
                notice = .now + .seconds(30)
                log.warning("waiting for an old model", ("topic", place.topic), ("model", "\(version)"))
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private enum Loaded {
        case record(OpenedModel)
        /// The oldest remaining version is later.
        case gone(first: Epoch)
        /// It cannot be read now.
        case nothing
    }

    /// Reads the record of a version, and keeps some of the records after it.
    private func load(_ version: Epoch) async throws -> Loaded {
        let marks = try await RetryPolicy(log: log).wait { try await admin.watermarks(of: place) }
        do {
            guard let found = try await search(version, marks) else { return .nothing }
            // 2 MiB ahead: a partition that needs one old model mostly needs the next ones too.
            let most = max(Int(found.parts), min(64, (2 << 20) / max(found.bytes, 1)))
            var loaded = Loaded.nothing
            try await read(found.offset, marks.high, most: most) { entry, _, next in
                guard let through = entry.through else { return }
                if case .nothing = loaded {
                    loaded = entry.covers(version) ? .record(entry) : .gone(first: entry.from ?? through)
                }
                keep(entry, through, behind: next)
            }
            return loaded
        } catch let error as KafkaError where error.isTimeout || error.isOutOfRange {
            // Retention may have moved the beginning meanwhile.
            places = []
            return .nothing
        }
    }

    private func keep(_ entry: OpenedModel, _ through: Epoch, behind next: Int64) {
        kept.removeAll { $0.through == through }
        kept.append(entry)
        keptBytes = kept.reduce(0) { $0 + $1.content.bytes.count }
        while kept.count > 1, keptBytes > Self.mostKept {
            keptBytes -= kept.removeFirst().content.bytes.count
        }
        let index = places.firstIndex { $0.through >= through } ?? places.count
        if index < places.count, places[index].through == through { return }
        places.insert((through, next), at: index)
        if places.count > Self.mostPlaces {
            places = places.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        }
    }

    /// Finds the first record of the model that holds for a version; nil if it cannot be read now.
    private func search(_ version: Epoch, _ marks: Admin.Watermarks) async throws -> Probe? {
        let before = places.last { $0.through < version }?.next ?? marks.low
        var (low, high) = (max(before, marks.low), marks.high)
        if let near = try await probe(low, marks.high), near.through >= version { return near }
        var found: Probe?
        // The first record at or after `low` is of an earlier model; the one at or after `high` is not.
        while low < high {
            let middle = low + (high - low) / 2
            guard let probe = try await probe(middle, marks.high) else {
                high = middle
                continue
            }
            if probe.through < version {
                low = probe.offset + 1
            } else {
                (found, high) = (probe, middle)
            }
        }
        return found
    }

    private func probe(_ offset: Int64, _ high: Int64) async throws -> Probe? {
        var found: Probe?
        let range = RangeReader.Range(partition: place, from: offset, through: high, most: 1)
        _ = try await client().read([range]) { _, batch, index in
            var part = Chunks.Chunk()
            guard let value = batch.value(index) else { return }
            var fields = ProtoReader(value)
            try part.read(&fields)
            let through = batch.headers(index).first { $0.name == "through" }.map {
                String(decoding: $0.value, as: UTF8.self)
            }
            guard let through, let version = through == "genesis" ? .min : Epoch(through) else {
                throw ProtoError.badValue
            }
            found = Probe(
                offset: batch.offset(index), through: version, parts: part.count, bytes: value.count)
        }
        return found
    }

    /// Visits the complete models among some records.
    /// - Parameter visit: receives the model, the timestamp, and the offset behind the model.
    private func read(
        _ offset: Int64, _ high: Int64, most: Int, _ visit: (OpenedModel, Int64, Int64) throws -> Void
    ) async throws {
        var assembly: Chunks.Assembly?
        let range = RangeReader.Range(partition: place, from: offset, through: high, most: most)
        _ = try await client().read([range]) { _, batch, index in
            guard let value = batch.value(index) else { return }
            var part = Chunks.Chunk()
            var fields = ProtoReader(value)
            try part.read(&fields)
            if part.index == 0 { assembly = Chunks.Assembly(number: 0, firstOffset: batch.offset(index)) }
            guard let whole = try assembly?.add(part) else { return }
            assembly = nil
            try visit(try OpenedModel(whole, by: sealer), batch.timestamp(index), batch.offset(index) + 1)
        }
    }

    /// Closes the client if it has not been used for a while. Call it now and then.
    func rest() {
        if ContinuousClock.now - used > .seconds(10), !isReading { reader = nil }
    }

    private func client() throws -> RangeReader {
        used = .now
        if let reader { return reader }
        let new = try RangeReader(kafka)
        reader = new
        return new
    }
}
