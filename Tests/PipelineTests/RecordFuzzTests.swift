import Foundation
import ShoalSchemas
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

/// Records that were changed are either refused, or can be used like any other: nothing overflows.
///
/// A trap ends the test process. `SEED=` repeats a run, `SHOAL_TEST_FUZZ_ROUNDS=` makes it longer, and `SHOAL_TEST_FUZZ_TRACE=1` prints the
/// seed of each record before it is used.
@Suite("Changed internal records")
struct RecordFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["SHOAL_TEST_FUZZ_ROUNDS"].flatMap { UInt64($0) } ?? 400
    private static let seed = environment["SEED"].flatMap { UInt64($0) } ?? 1
    private static let traces = environment["SHOAL_TEST_FUZZ_TRACE"] != nil

    /// Counts how many changed records were decoded, and used.
    private func fuzz(
        _ name: String, _ records: [[UInt8]], _ use: ([UInt8], Int) throws -> Bool
    ) throws {
        var (used, refused) = (0, 0)
        for round in 0..<Self.rounds {
            let seed = Self.seed &* 1_000_003 &+ round
            if Self.traces { print("\(name): seed \(seed)") }
            var draws = SplitMix64(seed: seed)
            let place = Int(draws.next() % UInt64(records.count))
            let bytes = Mutation.of(records[place], &draws)
            if try use(bytes, place) { used += 1 } else { refused += 1 }
        }
        print("\(name): \(used) used, \(refused) refused, SEED=\(Self.seed)")
        #expect(used > 0 && refused > 0, "\(used) used, \(refused) refused")
    }

    @Test("an epoch delta is refused, contradicts the last model, or leads to a model that shards can use")
    func epochDeltas() throws {
        let world = try EngineWorld()
        let steps = world.steps.dropFirst()
        let records = steps.map { EngineWorld.content(of: $0.epochDelta) }
        try fuzz("closings", records) { bytes, place in
            let step = steps[steps.startIndex + place]
            guard let epochDelta = try? DeltaRecord.epochDelta(bytes, partition: 0, number: step.epochDelta.number)
            else {
                return false
            }
            var coordinator = step.coordinator
            do throws(Contradiction) {
                try coordinator.fold(.epochDelta(epochDelta), firstOffset: 1_000, offset: 1_000)
                for _ in 0..<4 {
                    guard let next = try coordinator.publish(EngineWorld.clock, settings: world.settings, unread: nil)
                    else { break }
                    use(next.model, next.bookkeeping, world)
                }
            } catch {
                return false
            }
            _ = ModelDelay.reason(coordinator, ModelSummary(coordinator.model), now: 3)
            var open = OpenDelta(epochDelta.clusters)
            _ = open.take()
            return true
        }
    }

    @Test("a model is refused, or can be compiled, followed, described and used by shards")
    func models() throws {
        let world = try EngineWorld()
        let records = world.models.map { ModelContent.encode($0.model) }
        try fuzz("models", records) { bytes, place in
            guard let record = try? ModelRecord.decode(world.models[place].head, bytes) else { return false }
            use(record.model, record.bookkeeping, world)
            _ = IncludedDeltas(record.bookkeeping)
            var coordinator = Coordinator(model: record.model, bookkeeping: record.bookkeeping)
            _ = ModelDelay.reason(coordinator, ModelSummary(record.model), now: 3)
            for step in world.steps {
                do throws(Contradiction) {
                    try coordinator.fold(
                        .epochDelta(step.epochDelta), firstOffset: step.epochDelta.number,
                        offset: step.epochDelta.number)
                    _ = try coordinator.publish(EngineWorld.clock, settings: record.model.settings, unread: nil)
                } catch {
                    break
                }
            }
            return true
        }
    }

    @Test("what a model record says in clear is refused, or the status can be computed from it")
    func heads() throws {
        let world = try EngineWorld()
        let wholes = try world.models.map { try $0.sealed() }
        try fuzz("heads", wholes.map(\.clear)) { bytes, place in
            var whole = wholes[place]
            whole.clear = bytes
            if bytes != wholes[place].clear { #expect((try? OpenedModel(whole, by: .test)) == nil) }
            guard let head = try? ModelHead.decode(whole) else { return false }
            var coordinator = Coordinator(model: Model(settings: head.summary.settings), bookkeeping: head.bookkeeping)
            for step in world.steps {
                let epochs = EpochDelta(
                    partition: 0, number: step.epochDelta.number, from: step.epochDelta.from,
                    through: step.epochDelta.through)
                try? coordinator.fold(.epochDelta(epochs), firstOffset: epochs.number, offset: epochs.number)
            }
            _ = ModelDelay.reason(coordinator, head.summary, now: 3)
            return true
        }
    }

    @Test("the header of a snapshot is refused, or a shard continues from it")
    func headers() throws {
        let world = try EngineWorld()
        let members = try restored(world, world.members.map(\.value))
        try fuzz("headers", [StateRecord.encode(world.header)]) { bytes, _ in
            guard let header = try? StateRecord.header(bytes) else { return false }
            return use(header, members, world)
        }
    }

    @Test("members are refused, or a shard continues with them")
    func members() throws {
        let world = try EngineWorld()
        let values = world.members.map(\.value)
        let fields = try world.members.map { member in
            var value = ProtoReader(member.value.span)
            var sealed: [UInt8] = []
            while let field = try value.next() {
                if field.number == 14 { sealed = try value.bytes(field) } else { try value.skip(field) }
            }
            return try RecordSealer.test.opened(sealed, member.key)
        }
        try fuzz("members", fields) { bytes, place in
            var values = values
            let key = world.members[place].key
            let pseudonym = StateRecord.pseudonym(key.span)
            values[place] = []
            StateRecord.seal(pseudonym, by: .test, &values[place]) { $0 += bytes }
            guard let members = try? restored(world, values) else { return false }
            return use(world.header, members, world)
        }
    }

    @Test("the positions' metadata is a phase with an epoch that events have, or none")
    func phases() {
        for text in ["v1;open=9223372036854775807", "v1;waiting=-9223372036854775808", "v1;open=9007199254740999"] {
            #expect(PhaseMetadata.phase(text) == nil)
        }
        #expect(PhaseMetadata.phase("v1;open=412") == .open(412))
        #expect(ModelMetadata.version("v1;model=9223372036854775807") == nil)
    }

    // MARK: - Use

    private func restored(_ world: EngineWorld, _ values: [[UInt8]]) throws -> RestoredMembers {
        var table = StateTable(.test)
        for (member, value) in zip(world.members, values) {
            try table.take(key: member.key.span, value: value.span, offset: 0)
        }
        table.settle()
        return table.members
    }

    /// Compiles a model, has two shards work with it, and encodes it again.
    private func use(_ model: Model, _ bookkeeping: Bookkeeping, _ world: EngineWorld) {
        let compiled = CompiledModel(model, version: bookkeeping.through)
        _ = model.descriptions()
        _ = ModelContent.encode(model)
        for cluster in model.clusters { _ = model.publishedCluster(of: cluster.id) }
        var fresh = Shard(partition: 0, genesis: compiled, keys: KeyedTopics(world.key))
        work(&fresh, compiled, from: 0)
        var shard = world.shard
        work(&shard, compiled, from: (shard.openEpoch ?? 0) + 1)
    }

    /// Has a shard go on from a snapshot, if it fits the models.
    private func use(_ header: ShardHeader, _ members: RestoredMembers, _ world: EngineWorld) -> Bool {
        guard let last = world.models.last,
            (try? header.validate(
                last.model, newest: last.bookkeeping.through, memberTopics: members.topicBound)) != nil
        else { return false }
        let compiled = CompiledModel(last.model, version: last.bookkeeping.through)
        var shard = Shard(
            partition: 0, model: compiled, keys: KeyedTopics(world.key), header: header, members: members, later: nil)
        shard.trackChanges()
        _ = shard.restoredThrough
        shard.reach(header.point.offset + 1)
        shard.endRestore()
        work(&shard, compiled, from: min(header.point.epoch ?? 0, 1 << 40))
        return true
    }

    /// Events of two epochs, an epoch delta, an opening, an erasure and a snapshot.
    private func work(_ shard: inout Shard<KeyedTopics>, _ model: CompiledModel, from epoch: Epoch) {
        var changes: [MemberChange] = []
        let length = shard.fixed.epochLength
        let (first, overflow) = epoch.multipliedReportingOverflow(by: length)
        guard !overflow else { return }
        for (place, viewer) in ((0..<80).map { $0 % 40 }).enumerated() {
            let time = min(max(first + Int64(place / 40) * length, 0), 1 << 53)
            let event = EngineWorld.event(viewer, at: time, 500 + Int64(place))
            if shard.neededModel == nil, let next = shard.observe(event.tick) {
                _ = shard.close(to: next)
                while !shard.open(model, offset: 500, changes: &changes) {}
            }
            shard.handle(event, offset: 500 + Int64(place), changes: &changes)
        }
        _ = shard.erase(EngineWorld.event(1, at: 0, 0).member, offset: 600, changes: &changes)
        _ = shard.beginSnapshot(at: 700)
        while shard.isSnapshotting, !shard.continueSnapshot(most: 64) {}
        var records = RecordBuffer()
        shard.takeSnapshot {
            StateRecord.append($0, at: SnapshotPoint(offset: 700, epoch: nil), by: .test, to: &records)
        }
        _ = shard.close(to: (shard.openEpoch ?? 0) + 1)
    }
}
