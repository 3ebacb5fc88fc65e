import Foundation
import ShoalClustering
import ShoalSchemas
import ShoalSettings
import TestSupport

@testable import ShoalPipeline

/// Computes the expected output for an input topic: the engine over its records in memory, each exactly once, without
/// transactions, group, crashes or wall clock. On a topic that grew while it was read, wall clocks decided which epoch
/// deltas a model includes. The oracle uses the recorded included deltas in that case.
struct Oracle {
    /// The changes in order of publication. The order is defined only per key.
    private(set) var ordered: [Application.Line] = []
    private(set) var changes: [Application.Line] = []
    /// The last membership of each member; `nil` if the member is in no cluster.
    private(set) var members: [[UInt8]: [UInt8]?] = [:]
    /// The records of `clusters.topic`, in order.
    private(set) var clusters: [Application.Line] = []
    /// The bookkeeping of the models, in order.
    private(set) var publications: [Coordinator.Publication] = []
    /// The reason why the recorded included deltas could not be applied; `nil` if they could.
    private(set) var disobedience: String?
    /// The content hash of each version.
    private(set) var models: [Epoch: String] = [:]
    /// The number of distinct events that were handled, and the number of repetitions that were skipped.
    private(set) var events: Int64 = 0
    private(set) var duplicates: Int64 = 0
    private(set) var lastModel: Model

    private var compiled: [(from: Epoch?, through: Epoch, model: CompiledModel)] = []
    private var coordinator: Coordinator
    private let genesis: CompiledModel
    private let settings: Settings
    private var table: DescriptionTable
    private let encoder = ChangeRecord(format: .protobuf, key: PrivacyKey(hex: Application.keyDigits)!)
    private var buffer = RecordBuffer()
    /// The recorded models that remain to be followed; `nil` if the output is a function of the topic alone.
    private var recorded: ArraySlice<Published.Model>?
    /// Epoch deltas of partitions that had sent nothing when the start was published.
    private var held: [DeltaMessage] = []

    /// - Parameters:
    ///   - genesis: The application's genesis model, for its settings and topics.
    ///   - records: All records of the input. Those with the header `expect` are not watch events.
    ///   - recorded: The models whose included deltas are followed.
    init(genesis record: ModelRecord, records: [TestRecord], obeying recorded: [Published.Model]? = nil) throws {
        self.recorded = recorded.map { $0.drop { $0.bookkeeping.through == nil } }
        let model = record.model
        genesis = CompiledModel(model, version: nil)
        settings = model.settings
        table = DescriptionTable(after: model)
        lastModel = model
        coordinator = Coordinator(model: model, bookkeeping: record.bookkeeping)
        let key = PrivacyKey(hex: Application.keyDigits)!
        var partitions = record.firstOffsets.indices.map { partition in
            let shard = Shard(partition: Int32(partition), genesis: genesis, keys: KeyedTopics(key))
            return Partition(driver: PartitionDriver(shard, offset: record.firstOffsets[partition]))
        }
        var decoder = EventDecoder(key: key)
        for record in records where record.headers["expect"] == nil {
            partitions[Int(record.partition)].records.append((record.offset, try decoder.decode(record)))
        }
        try run(&partitions)
        events = partitions.reduce(0) { $0 + $1.driver.shard.counters.events }
        duplicates = partitions.reduce(0) { $0 + $1.driver.shard.counters.duplicates }
        for entry in buffer.entries {
            let value = entry.value.map { Array(buffer.bytes[$0]) }
            let key = entry.key.map { Array(buffer.bytes[$0]) }
            switch entry.topic {
            case .changes: ordered.append(Application.Line(key, value))
            case .members: members[key ?? []] = .some(value)
            case .clusters: clusters.append(Application.Line(key, value))
            default: continue
            }
        }
        changes = ordered.sorted()
        if let left = self.recorded?.first {
            disobedience = "a model of \(left.bookkeeping.through ?? 0) was published that the input does not give"
        }
    }

    private struct Partition {
        var driver: PartitionDriver<KeyedTopics>
        var records: [(offset: Int64, record: EventDecoder.Record)] = []
        var next = 0
        var isCaughtUp = false
    }

    private mutating func run(_ partitions: inout [Partition]) throws {
        var offset = coordinator.offset
        while true {
            var words: [DeltaMessage] = []
            for index in partitions.indices { words += advance(&partitions[index]) }
            for word in release(words) {
                try coordinator.fold(word, firstOffset: offset, offset: offset)
                offset += 1
            }
            var hasPublished = false
            while let next = try publish() {
                hasPublished = true
                keep(next)
            }
            if words.isEmpty, !hasPublished { return }
        }
    }

    /// Returns the messages to pass to the coordinator now. Messages of a partition that had sent nothing at the start
    /// are delayed until after it.
    private mutating func release(_ words: [DeltaMessage]) -> [DeltaMessage] {
        guard coordinator.start == nil, let first = recorded?.first?.bookkeeping.partitions else {
            defer { held = [] }
            return held + words
        }
        func isHeld(_ word: DeltaMessage) -> Bool {
            guard case .epochDelta(let epochDelta) = word else { return true }
            return first[Int(epochDelta.partition)].first == nil
        }
        held += words.filter(isHeld)
        return words.filter { !isHeld($0) }
    }

    private mutating func publish() throws -> Coordinator.Publication? {
        guard recorded != nil else {
            let clock = Coordinator.Clock(now: .max, isIdle: { _ in true })
            return try coordinator.publish(clock, settings: settings, unread: nil)
        }
        guard let record = recorded?.first, let included = IncludedDeltas(record.bookkeeping),
            let next = try coordinator.publish(
                recorded: included, settings: record.settings, rules: record.rules, unread: nil)
        else { return nil }
        recorded = recorded?.dropFirst()
        return next
    }

    private mutating func keep(_ next: Coordinator.Publication) {
        guard let through = next.bookkeeping.through else { return }
        let hash = Hex.text(SHA256Digest.of(ModelContent.encode(next.model).span))
        for version in (next.bookkeeping.from ?? through)...through { models[version] = hash }
        compiled.append((next.bookkeeping.from, through, CompiledModel(next.model, version: through)))
        lastModel = next.model
        publications.append(next)
        for change in next.changes { encoder.append(change, model: next.model, to: &buffer) }
        table.append(next.model, version: through, to: &buffer)
    }

    private func model(_ version: Epoch) -> CompiledModel? {
        if let start = coordinator.start, version <= start { return genesis }
        return compiled.last { ($0.from ?? .min) <= version && version <= $0.through }?.model
    }

    /// Advances a partition as far as the available models allow.
    private mutating func advance(_ partition: inout Partition) -> [DeltaMessage] {
        var words: [DeltaMessage] = []
        defer { publish(&partition) }
        while partition.next < partition.records.count {
            let (offset, record) = partition.records[partition.next]
            switch record {
            case .erase(let member):
                partition.driver.erase(member, at: offset)
            case .event(let event):
                switch partition.driver.advance(to: event, at: offset) {
                case .closed(let epochDelta):
                    words.append(.epochDelta(epochDelta))
                    continue
                case .needs(let version):
                    guard let model = model(version) else { return words }
                    partition.driver.openWhole(model, at: offset)
                    continue
                case nil:
                    partition.driver.handle(event, at: offset)
                }
            }
            partition.next += 1
        }
        if !partition.isCaughtUp {
            partition.isCaughtUp = true
            let shard = partition.driver.shard
            words.append(.caughtUp(partition: shard.partition, number: shard.deltaCount))
        }
        return words
    }

    private mutating func publish(_ partition: inout Partition) {
        encoder.append(
            partition.driver.changes, partition: partition.driver.shard.partition, memberships: true, to: &buffer)
        partition.driver.changes.removeAll()
    }
}

/// Decodes the records that the tests write, independently of the product's decoder.
struct EventDecoder {
    enum Record {
        case event(EngineEvent)
        case erase(Pseudonym)
    }

    private var viewers: ViewerTable
    private let ids: SipHash

    init(key: PrivacyKey) {
        viewers = ViewerTable(key: key)
        ids = SipHash(key, .eventID)
    }

    mutating func decode(_ record: TestRecord) throws -> Record {
        let key = record.key ?? []
        let identity = viewers.identity(of: key.span)
        guard let value = record.value else { return .erase(identity.pseudonym) }
        guard let object = try JSONSerialization.jsonObject(with: Data(value)) as? [String: Any] else {
            throw CocoaError(.fileReadCorruptFile)
        }
        var event = EngineEvent()
        event.member = identity.pseudonym
        event.order = identity.order
        if let id = object["event_id"] as? String {
            let bytes = Array(id.utf8)
            event.id = ids.hash64(viewers.hash(key.span), bytes.span)
        }
        event.watched = (object["watched_ms"] as? NSNumber)?.int64Value ?? 0
        event.duration = (object["duration_ms"] as? NSNumber)?.int64Value ?? 0
        event.time = (object["event_time_ms"] as? NSNumber)?.int64Value ?? 0
        for topic in object["topics"] as? [String] ?? [] {
            // Weights of repeated topics are added first.
            if let place = event.topics.firstIndex(where: { event.text[$0.name].elementsEqual(topic.utf8) }) {
                event.topics[place].weight += 1 << 16
                continue
            }
            let start = event.text.count
            event.text += topic.utf8
            event.topics.append(.init(name: start..<event.text.count, weight: 1 << 16))
        }
        return .event(event)
    }
}
