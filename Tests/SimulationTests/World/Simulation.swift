import ShoalSettings

@testable import ShoalClustering
@testable import ShoalPipeline

/// The finding of a run: results that differ, a run that is stuck, or a process that gave up.
struct Finding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A run: instances over a simulated Kafka. Each step depends only on the seed and the number of the step.
final class Simulation {
    /// The maximum time in ms by which a coordinator's wall clock is fast.
    static let mostSkew: Int64 = 2_500

    let scenario: Scenario
    /// The rule that is left out; `nil` for none.
    let off: Rule?
    var kafka = SimulatedKafka()
    var draws = Draws()
    private(set) var now = 0
    /// Milliseconds since 1970.
    private(set) var wall: Int64
    var instances: [SimulatedInstance?]
    /// Processes whose instance id is used by a newer process.
    private(set) var twins: [SimulatedInstance] = []
    var feed: [ArraySlice<Scenario.Arrival>]
    /// Whether processes may refuse to continue, because offsets or needed records were deleted.
    var mayRefuse = false
    private(set) var refusal: String?
    /// The current rates. Failures of calls stop together with the other faults.
    private(set) var rates: Scenario.Rates
    /// Partitions that were taken over with input left, and the offset of the delta topic by which they have reported
    /// active.
    var behind: [Int32: Int64] = [:]
    /// The bounds of the clocks, once the application's first offsets are known.
    private var clocks: ClockBounds?
    private var incarnations = 0
    private var nextFault = 0
    private let log: ((String) -> Void)?
    let key: PrivacyKey
    let seals: SimulatedSeals
    static let key: PrivacyKey = {
        guard let key = PrivacyKey(hex: String(repeating: "5a", count: 32)) else { preconditionFailure("64 digits") }
        return key
    }()

    init(_ scenario: Scenario, off: Rule? = nil, log: ((String) -> Void)? = nil) {
        self.scenario = scenario
        self.off = off
        self.log = log
        wall = scenario.wallStart
        rates = scenario.rates
        instances = Array(repeating: nil, count: Scenario.instances)
        feed = scenario.input.map { $0[...] }
        key = Self.key
        seals = SimulatedSeals(key, partitions: scenario.input.count)
        for partition in feed.indices where !scenario.isGrowing {
            while !feed[partition].isEmpty { arrive(partition) }
        }
    }

    func note(_ text: @autoclosure () -> String) {
        log?("\(now): \(text())")
    }

    func nextIncarnation() -> Int {
        incarnations += 1
        return incarnations
    }

    // MARK: - Inputs of instances

    /// The monotonic clock in milliseconds. A step takes a second.
    var monotonic: Int64 { Int64(now) * 1_000 }

    var topicKeys: KeyedTopics { KeyedTopics(key) }

    var output: ShardMachine.Output {
        .init(
            format: .protobuf, key: key, sealer: seals.deltas, memberships: scenario.settings.publishesMemberships,
            largestChunk: rates.part,
            openingStep: isHasty ? min(rates.opening, 10) : rates.opening)
    }

    /// Whether transactions time out so soon that a single step must be small.
    private var isHasty: Bool { rates.patience < 1_000 }

    var caughtUp: CaughtUp { CaughtUp(timeout: rates.idleTimeout * 1_000, again: again, now: monotonic) }

    func snapshots(of partition: Int32, after state: StateTable) -> SnapshotWriter {
        var writer = SnapshotWriter(
            interval: rates.snapshots * 1_000, partition: partition, of: Int32(scenario.input.count), after: state,
            now: monotonic)
        writer.step = isHasty ? min(rates.snapshotStep, 2) : rates.snapshotStep
        writer.largestChunk = isHasty ? Chunks.largest : rates.part
        return writer
    }

    /// Returns the key of a state record.
    func stateKey(_ key: [UInt8], _ topic: RecordBuffer.Topic) -> [UInt8] {
        guard off == .twoHeaders, topic == .state, key.first == UInt8(ascii: "b"), key.count < 16 else { return key }
        return [UInt8(ascii: "a")] + key.dropFirst()
    }

    private var again: Int64 { rates.again * 1_000 }

    /// `clusters.topic`; nil if it is not written.
    var clustersTopic: String? { scenario.settings.publishesMemberships ? "clusters" : nil }

    var options: CoordinatorMachine.Options {
        .init(
            settings: scenario.settings, key: key, deltaSealer: seals.deltas, modelSealer: seals.models,
            format: .protobuf, clustersTopic: clustersTopic,
            allowsFuture: scenario.allowsFuture, idleTimeout: rates.idleTimeout * 1_000,
            largestChunk: rates.part)
    }

    var parts: [AssignedPartition] { feed.indices.map { .input(Int32($0)) } + [.deltas] }

    /// Returns the transaction of the genesis model.
    func genesisStep() -> (Outbox.Step, CommittedPosition) {
        let high = kafka[.deltas].high
        let offsets = feed.indices.map { kafka[.input(Int32($0))].start }
        let record = ModelRecord(
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: feed.map { _ in PartitionState() }, deltaOffset: high,
                oldestOffset: high),
            firstOffsets: offsets, keyFingerprint: key.fingerprint,
            model: scenario.genesis)
        var records = RecordBuffer()
        record.append(to: &records, by: seals.models, largestChunk: rates.part)
        let position = CommittedPosition(offset: high, metadata: ModelMetadata.text(nil))
        return (.init(part: .deltas, position: position, records: records, isUrgent: true), position)
    }

    /// Reads a record. A record deleted by retention is an error, unless the rule about missing data is left out.
    func read(
        _ topic: SimulatedKafka.Topic, from position: inout Int64, _ isolation: SimulatedLog.Isolation = .committed
    ) throws -> (offset: Int64, record: SimulatedLog.Record)? {
        let log = kafka[topic]
        if off == .holes { position = max(position, log.start) }
        return try log.read(from: &position, isolation)
    }

    /// Called when a coordinator, possibly of a zombie, has put a model into its outbox.
    func published(_ publication: Coordinator.Publication, by process: SimulatedInstance) throws(Finding) {
        guard let through = publication.bookkeeping.through else { return }
        note("\(process.name) publishes \(publication.bookkeeping.from.map(String.init) ?? "")…\(through)")
        let isFuture = (through + 1) * scenario.settings.fixed.epochLength > wall + Self.mostSkew
        if scenario.isGrowing, isFuture { throw Finding("model \(through) is of the future") }
        try checkLeftOut(publication.bookkeeping)
        for (partition, offset) in behind.sorted(by: { $0.key < $1.key }) {
            let state = publication.bookkeeping.partitions[Int(partition)]
            if state.caughtUp, publication.bookkeeping.deltaOffset > offset, state.closed ?? .min < through {
                throw Finding("\(partition) counts as caught up, but was taken over with input left")
            }
        }
    }

    /// Checks that each partition that is left out has reported idle in its last message.
    private func checkLeftOut(_ bookkeeping: Bookkeeping) throws(Finding) {
        var last: [Int32: DeltaMessage] = [:]
        var assembler = EpochDeltaAssembler(partitions: bookkeeping.partitions.count, sealer: seals.deltas)
        for (offset, record) in kafka[.deltas].committed where offset < bookkeeping.deltaOffset {
            guard case .bytes(let value) = record.value, let piece = try? DeltaRecord.decode(value.span),
                let word = try? assembler.add(piece, offset: offset)?.word
            else { continue }
            switch word {
            case .epochDelta(let epochDelta): last[epochDelta.partition] = word
            case .caughtUp(let partition, _), .behind(let partition, _): last[partition] = word
            }
        }
        for (partition, state) in bookkeeping.partitions.enumerated()
        where bookkeeping.from != nil && state.closed ?? .min < bookkeeping.through ?? .min {
            if case .caughtUp? = last[Int32(partition)] { continue }
            throw Finding("\(partition) is left out, but has not said that it is caught up")
        }
    }

    /// Called when a cut is known to be committed. Later readers know that its parts are active.
    func committed(_ cut: Outbox.Cut, by work: SimulatedWork) {
        for part in cut.moved.keys.sorted() where work.owing.remove(part) != nil {
            if case .input(let partition) = part { behind[partition] = kafka[.deltas].high }
        }
    }

    /// Called when a shard, possibly of a zombie, is about to open an epoch. Checks that wrong clocks alone have not
    /// moved it.
    func opens(_ partition: Int32, _ epoch: Epoch) throws(Finding) {
        if clocks == nil { clocks = models().genesis.map { ClockBounds(scenario, firstOffsets: $0.firstOffsets) } }
        guard let last = clocks?.last[Int(partition)], epoch > last else { return }
        throw Finding("partition \(partition) opens \(epoch), but its viewers have come to \(last) only")
    }

    // MARK: - Steps

    /// Runs to the end and compares the result with the reference run.
    func run() throws(Finding) {
        try advance(steps: .max)
        if refusal != nil { return try Comparison(self).compareWhatThereIs() }
        try Comparison(self).compare()
    }

    /// Runs to the end, or for at most `steps` steps. Must be called only once.
    func advance(steps: Int) throws(Finding) {
        for index in 0..<scenario.width { instances[index] = SimulatedInstance(self, index: index) }
        let limit = scenario.faultSteps + 80_000
        while now < steps {
            now += 1
            kafka.now = now
            draws = Draws(scenario.seed, UInt64(now) | 1 << 32)
            try step()
            if refusal != nil { break }
            guard now > scenario.faultSteps, now % 20 == 0 else { continue }
            guard let unrest = unrest() else { break }
            if now > limit { throw Finding("stuck: \(unrest)") }
        }
    }

    private func step() throws(Finding) {
        while nextFault < scenario.faults.count, scenario.faults[nextFault].step <= now {
            strike(scenario.faults[nextFault].fault)
            nextFault += 1
        }
        let isFaulty = now < scenario.faultSteps
        wall += wall < .max / 4 ? (isFaulty ? 1 : hasFeed ? 4 : 25) * rates.wall : 0
        if now == scenario.faultSteps {
            note("faults stop")
            (rates.aborts, rates.unknowns, rates.retriable) = (0, 0, 0)
        }
        if !isFaulty, now % 50 == 0 { tidyUp() }
        if now % 25 == 0 { kafka.timeOut(age: rates.patience * instances.count { $0 != nil }) }
        if draws.chance(rates.markers) { _ = kafka.deliverMarker { self.draws.below($0) } }
        kafka.group.complete(parts: parts, isForced: false) { self.draws.below($0) }
        if scenario.isGrowing, draws.chance(isFaulty ? 0.05 : 0.3) {
            let partition = draws.below(feed.count)
            if let next = feed[partition].first, next.at <= wall { arrive(partition) }
        }
        let living = instances.compactMap(\.self) + twins
        guard !living.isEmpty else { return }
        let process = living[draws.below(living.count)]
        if process.asleep > 0 {
            process.asleep = isFaulty ? process.asleep - 1 : min(process.asleep - 1, 100)
        } else {
            try process.step(self)
            try bury(process)
        }
    }

    private var hasFeed: Bool { feed.contains { !$0.isEmpty } }

    /// Appends the next record of a partition.
    private func arrive(_ partition: Int) {
        guard let next = feed[partition].popFirst() else { return }
        kafka.update(.input(Int32(partition))) { log in
            switch next.content {
            case .event(let event): _ = log.append(key: nil, value: .event(event))
            case .events(let events): _ = log.append(key: nil, value: .events(events))
            case .tombstone(let member): _ = log.append(key: nil, value: .tombstone(member))
            case .garbage: _ = log.append(key: nil, value: .garbage)
            case .aborted:
                let transaction = SimulatedTransaction(began: now)
                _ = log.append(key: nil, value: .garbage, of: transaction)
                transaction.state = .aborted
                log.mark(transaction)
            }
        }
    }

    /// Replaces a process that has ended, unless a duplicate has its place.
    private func bury(_ process: SimulatedInstance) throws(Finding) {
        guard let exit = process.exit else { return }
        if case .failed(let error) = exit {
            guard mayRefuse else { throw Finding("\(process.name) gave up: \(error)") }
            refusal = error
        }
        if let place = twins.firstIndex(where: { $0 === process }) {
            twins.remove(at: place)
        } else if let place = twins.firstIndex(where: { $0.index == process.index }) {
            instances[process.index] = twins.remove(at: place)
        } else {
            restart(process.index)
        }
    }

    func restart(_ index: Int) {
        instances[index] = SimulatedInstance(self, index: index)
    }

    /// Starts a second process with the same id while the first is paused.
    func addTwin(_ index: Int) {
        guard let first = instances[index] else { return }
        twins.append(first)
        restart(index)
    }

    func removeTwins(_ index: Int) {
        twins.removeAll { $0.index == index }
    }

    /// Does the work of brokers and operators after the faults have stopped: expels members whose process has ended.
    private func tidyUp() {
        for member in kafka.group.members.values.sorted(by: { $0.instance < $1.instance })
        where instances[member.instance] == nil {
            kafka.group.expel(instance: member.instance, now: now)
        }
        if let since = kafka.group.preparingSince, now - since > 400 {
            kafka.group.complete(parts: parts, isForced: true) { self.draws.below($0) }
        }
    }

    /// Returns a description of the remaining work. `nil` if all input is handled or in genesis, all partitions have
    /// reported idle, all outboxes are empty, and no epoch is due.
    private func unrest() -> String? {
        if hasFeed { return "records are still to arrive" }
        if !kafka.group.isStable { return "the group is not stable" }
        if !kafka.transactions.isEmpty { return "transactions are open" }
        if !twins.isEmpty { return "twins are alive" }
        var found: [AssignedPartition] = []
        for process in instances.compactMap(\.self) {
            do {
                if let unrest = try process.unrest(self) { return "\(process.name): \(unrest)" }
            } catch {
                // The process will encounter the same error.
                return "\(process.name): \(error)"
            }
            found += process.work?.parts ?? []
        }
        return found.sorted() == parts ? nil : "only \(found) are worked on"
    }
}
