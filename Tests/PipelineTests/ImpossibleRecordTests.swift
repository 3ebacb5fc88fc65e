import ShoalSchemas
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Records with impossible values")
struct ImpossibleRecordTests {
    private func refused(_ text: String, _ body: () throws -> Void, _ place: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: (any Error).self, sourceLocation: place) { try body() }
        #expect(error.map { "\($0)".contains(text) } ?? false, "\(String(describing: error))", sourceLocation: place)
    }

    @Test("an epoch delta is refused with the value that is wrong")
    func epochDeltas() throws {
        let world = try EngineWorld(epochs: 4)
        let epochDelta = try #require(world.steps.last).epochDelta
        func decode(_ change: (inout EpochDelta) -> Void) throws {
            var changed = epochDelta
            change(&changed)
            let bytes = EngineWorld.content(of: changed)
            _ = try DeltaRecord.epochDelta(bytes, partition: changed.partition, number: changed.number)
        }
        try decode { _ in }
        refused("through") { try decode { $0.through = ($0.from ?? 0) - 1 } }
        refused("epoch") { try decode { $0.through = .max } }
        refused("number 0") { try decode { $0.number = 0 } }
        refused("members") { try decode { $0.clusters[0].count = .max } }
        refused("changes by") { try decode { $0.clusters[0].sums[0].value = .min } }
        refused("ascend") { try decode { $0.clusters.reverse() } }
        refused("follows") { try decode { $0.clusters[0].sums.reverse() } }
        refused("vocabulary") { try decode { $0.clusters[0].sums[0].topic = .max } }
        refused("samples") { try decode { $0.clusters[0].sampled = -1 } }
        refused("at most 32767") {
            try decode { $0.clusters[0].samples = [Sample(order: 1, direction: [Component(topic: 1, value: 40_000)])] }
        }
        refused("unit vector") {
            let direction = (0..<8).map { Component(topic: $0, value: 32_767) }
            try decode { $0.clusters[0].samples = [Sample(order: 1, direction: direction)] }
        }
        refused("components") {
            let direction = (0..<65).map { Component(topic: $0, value: 1) }
            try decode { $0.clusters[0].samples = [Sample(order: 1, direction: direction)] }
        }
    }

    @Test("a model is refused with the value that is wrong")
    func models() throws {
        let world = try EngineWorld()
        let record = try #require(world.models.last)
        #expect(record.model.clusters.count > 1)
        func decode(_ change: (inout ModelRecord) -> Void) throws {
            var changed = record
            change(&changed)
            _ = try changed.readAgain()
        }
        try decode { _ in }
        refused("members") { try decode { $0.model.clusters[0].sums.count = -1 } }
        refused("members") { try decode { $0.model.unassigned.count = .max } }
        refused("sum") { try decode { $0.model.clusters[0].sums.sums[0].value = .max } }
        refused("vocabulary") { try decode { $0.model.clusters[0].sums.sums[0].topic = 5_000 } }
        refused("at most 32767") { try decode { $0.model.clusters[0].centroid[0].value = 40_000 } }
        refused("ascend") { try decode { $0.model.clusters.swapAt(0, 1) } }
        refused("next") { try decode { $0.model.nextID = 1 } }
        refused("tick") { try decode { $0.model.clusters[0].heldUntil = .max } }
        refused("tick") { try decode { $0.model.ticks = -1 } }
        refused("announced") { try decode { $0.model.clusters[0].announced = [999] } }
        refused("epoch.length") { try decode { $0.model.settings.fixed.epochLength = -1 } }
        refused("dedup.window") { try decode { $0.model.settings.fixed.dedupWindow = .max } }
        refused("merged") {
            let merges = [
                Merge(cluster: 1, survivor: 2, tick: 1, version: 1),
                Merge(cluster: 2, survivor: 1, tick: 1, version: 1),
            ]
            try decode { $0.model.merged = merges }
        }
        refused("epoch deltas") { try decode { $0.bookkeeping.partitions[0].included = .max } }
        refused("epoch deltas") { try decode { $0.bookkeeping.partitions[0].read = -1 } }
        refused("oldest") { try decode { $0.bookkeeping.deltaOffset = -1 } }
        refused("through") { try decode { $0.bookkeeping.from = ($0.bookkeeping.through ?? 0) + 1 } }
        refused("epoch") { try decode { $0.bookkeeping.partitions[0].closed = .max } }
        refused("oldest") { try decode { $0.bookkeeping.oldestOffset = .max } }
        refused("partitions") { try decode { $0.bookkeeping.partitions = [] } }
    }

    @Test("a genesis model names the first offset of each partition")
    func genesis() throws {
        let world = try EngineWorld(epochs: 1)
        var record = try #require(world.models.first)
        record.firstOffsets = []
        refused("first offsets") { _ = try record.readAgain() }
    }

    @Test("a model whose content is not that of its header is refused")
    func contentHash() throws {
        let world = try EngineWorld(epochs: 3)
        let record = try #require(world.models.last).readAgain()
        let hash = SHA256Digest.of(ModelContent.encode(record.model).span)
        try record.check(announced: Array(Hex.text(hash).utf8))
        refused("content hash") { try record.check(announced: Array(String(repeating: "0", count: 64).utf8)) }
    }

    @Test("a member and a header are refused with the value that is wrong")
    func state() throws {
        let world = try EngineWorld(epochs: 4)
        func header(_ change: (inout ShardHeader) -> Void) throws {
            var header = world.header
            change(&header)
            _ = try StateRecord.header(StateRecord.encode(header))
        }
        try header { _ in }
        refused("epoch") { try header { $0.point.epoch = .max } }
        refused("epochs") { try header { $0.clock[0].epoch = .min } }
        refused("epoch deltas") { try header { $0.deltaCount = -1 } }
        refused("follows") {
            try header {
                $0.delta = [ClusterDelta(cluster: 1, sums: [.init(topic: 2, value: 1), .init(topic: 1, value: 1)])]
            }
        }
        let last = try #require(world.models.last)
        refused("newest model") {
            var header = world.header
            header.point.epoch = 1 << 40
            try header.validate(last.model, newest: last.bookkeeping.through, memberTopics: 0)
        }
        refused("vocabulary") {
            try world.header.validate(last.model, newest: last.bookkeeping.through, memberTopics: 1 << 20)
        }
        func member(_ change: (inout MemberFields, inout [TopicNumber], inout [UInt32], inout [UInt16]) -> Void) throws
        {
            var fields = MemberFields(
                pseudonym: 7, order: 1, landmark: 5, lastEpoch: 1, events: 3, cluster: 1, previous: 0,
                published: 0)
            var (topics, weights, directions) = (
                [TopicNumber](0..<3), [UInt32](repeating: 9, count: 3), [UInt16](5..<8)
            )
            change(&fields, &topics, &weights, &directions)
            var value: [UInt8] = []
            StateRecord.seal(
                fields, at: SnapshotPoint(offset: 1, epoch: 1), topics.span, weights.span, directions.span, by: .test,
                &value)
            var members = StateRecord.Members()
            let key = Hex.bytes(of: 7)
            _ = try StateRecord.read(key: key.span, value: value.span, by: .test, into: &members)
        }
        try member { _, _, _, _ in }
        refused("vocabulary") { try member { _, topics, _, _ in topics[0] = .max } }
        refused("weight") { try member { _, _, weights, _ in weights[0] = .max } }
        refused("at most 32767") { try member { _, _, _, directions in directions[0] = 40_000 } }
        refused("time") { try member { fields, _, _, _ in fields.landmark = .max } }
        refused("cluster") { try member { fields, _, _, _ in fields.cluster = .max } }
        refused("65 topics") {
            try member { _, topics, weights, directions in
                topics = [TopicNumber](0..<65)
                weights = [UInt32](repeating: 1, count: 65)
                directions = [UInt16](repeating: 1, count: 65)
            }
        }
    }

    @Test("sums that overflow, and topics that the vocabulary does not have, contradict the model")
    func contradictions() throws {
        let world = try EngineWorld(epochs: 5)
        let step = try #require(world.steps.last)
        let changes: [(inout ClusterDelta) -> Void] = [
            { $0.count = .max }, { $0.sums = [SumEntry(topic: 0, value: .max), SumEntry(topic: 1, value: .max)] },
            { $0.sums = [SumEntry(topic: 4_000_000, value: 1)] },
        ]
        for change in changes {
            var coordinator = step.coordinator
            var epochDelta = step.epochDelta
            for index in epochDelta.clusters.indices { change(&epochDelta.clusters[index]) }
            try coordinator.fold(.epochDelta(epochDelta), firstOffset: 900, offset: 900)
            #expect(throws: Contradiction.self) {
                while try coordinator.publish(EngineWorld.clock, settings: step.coordinator.model.settings, unread: nil)
                    != nil
                {}
            }
        }
        var coordinator = step.coordinator
        var epochDelta = step.epochDelta
        epochDelta.through = 1 << 50
        #expect(throws: Contradiction.self) {
            try coordinator.fold(.epochDelta(epochDelta), firstOffset: 900, offset: 900)
        }
    }

    @Test("a part of an epoch delta of a partition that does not exist is refused")
    func partitions() throws {
        let world = try EngineWorld(epochs: 2)
        var epochDelta = try #require(world.steps.last).epochDelta
        epochDelta.partition = 2
        var assembler = EpochDeltaAssembler(partitions: 2, sealer: .test)
        let value = DeltaRecord.encode(epochDelta, .zstd, by: .test)[0]
        refused("partition 2") { _ = try assembler.add(DeltaRecord.decode(value.span), offset: 1) }
    }

    @Test("an opening that drops topics passes over a member whose topics only a later model knows")
    func laterTopics() throws {
        let world = try EngineWorld(epochs: 4)
        var old = try #require(world.models.last).model
        old.vocabulary.entries.removeSubrange(12...)
        var new = old
        new.vocabulary.entries[0].isRemoved = true
        let member = MemberFields(
            pseudonym: 77, order: 1, landmark: 5, lastEpoch: 3, events: 3, cluster: 0, previous: 0,
            published: 0)
        var value: [UInt8] = []
        let (topics, weights, directions): ([TopicNumber], [UInt32], [UInt16]) = ([30], [9], [32_767])
        // Of a snapshot that was begun later.
        let point = SnapshotPoint(offset: 1 << 20, epoch: 9)
        StateRecord.seal(member, at: point, topics.span, weights.span, directions.span, by: .test, &value)
        var table = StateTable(.test)
        let key = Hex.bytes(of: 77)
        try table.take(key: key.span, value: value.span, offset: 0)
        table.settle()
        var header = ShardHeader(point: world.header.point)
        header.deltaCount = world.header.deltaCount
        var shard = Shard(
            partition: 0, model: CompiledModel(old, version: 2), keys: KeyedTopics(world.key), header: header,
            members: table.members, later: nil)
        var changes: [MemberChange] = []
        let next = (header.point.epoch ?? 0) + 1
        _ = shard.close(to: next)
        #expect(shard.open(CompiledModel(new, version: 3), offset: 9, changes: &changes))
        #expect(shard.openEpoch == next)
    }
}
