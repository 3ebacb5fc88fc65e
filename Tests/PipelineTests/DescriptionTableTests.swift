import ShoalClustering
import ShoalSchemas
import ShoalSettings
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("The table of clusters in clusters.topic")
struct DescriptionTableTests {
    private static let topic = "clusters"

    /// A model with k = 100 and a published cluster for each size.
    private func model(_ sizes: [Int64]) -> Model {
        var settings = Settings()
        (settings.minClusterSize, settings.memberAge) = (100, 0)
        var model = Model.genesis(settings: settings, topics: (0..<8).map { Array("topic-\($0)".utf8) })
        for (place, size) in sizes.enumerated() {
            var cluster = Cluster(id: ClusterID(place + 1))
            cluster.sums = sums(size, of: place)
            cluster.centroid = [
                Component(topic: TopicNumber(place), value: 30_000), Component(topic: 7, value: 10_000),
            ]
            model.clusters.append(cluster)
        }
        model.nextID = ClusterID(sizes.count + 1)
        refresh(&model)
        return model
    }

    private func sums(_ size: Int64, of place: Int) -> ClusterSums {
        var sums = ClusterSums(count: size, sums: [SumEntry(topic: TopicNumber(place), value: size * 30_000)])
        sums.published = [PublishedCount(published: 0, count: size)]
        return sums
    }

    private func resize(_ model: inout Model, _ place: Int, _ size: Int64) {
        model.clusters[place].sums = sums(size, of: place)
    }

    private func refresh(_ model: inout Model) {
        model.ticks += 1
        _ = model.refreshPublishedClusters(ended: [], version: model.ticks)
    }

    /// - Parameter topic: to which the model's table was written.
    private func record(_ model: Model, _ topic: String? = Self.topic) -> ModelRecord {
        var bookkeeping = Bookkeeping(
            from: 1, through: model.ticks, start: 0, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0)
        bookkeeping.clustersTopic = topic
        return ModelRecord(bookkeeping: bookkeeping, keyFingerprint: 1, model: model)
    }

    private func table(after model: Model, _ format: OutputFormat = .protobuf) -> DescriptionTable {
        DescriptionTable(Self.topic, format: format, after: record(model))
    }

    /// Returns what a model writes: descriptions by the number in the key, nil for a tombstone.
    private func written(_ table: inout DescriptionTable, _ model: Model) throws -> [ClusterID: ClusterDescription?] {
        var records = RecordBuffer()
        table.append(model, version: model.ticks, to: &records)
        var found: [ClusterID: ClusterDescription?] = [:]
        for entry in records.entries {
            #expect(entry.topic == .clusters && entry.timestamp == (model.ticks + 1) * 3_600_000)
            let key = String(decoding: records.bytes[try #require(entry.key)], as: UTF8.self)
            let id = try #require(ClusterID(key))
            #expect(found[id] == nil, "twice: \(id)")
            found[id] = .some(try entry.value.map { try ClusterDescription(Array(records.bytes[$0])) })
        }
        return found
    }

    @Test("holds a description of each published cluster, with sizes rounded down", arguments: [true, false])
    func descriptions(isJSON: Bool) throws {
        var first = model([])
        var table = table(after: first, isJSON ? .json : .protobuf)
        first = model([399, 250, 99])
        first.ticks = 2
        let found = try written(&table, first)
        #expect(found.keys.sorted() == [1, 2])
        let one = try #require(found[1] ?? nil)
        #expect(one.cluster == 1 && one.state == .created)
        #expect(one.membersAtLeast == 400 && one.leadingTopics == ["topic-0"], "its own 399 and the suppressed 99")
        #expect(one.cohesion % 10_000 == 0 && one.cohesion > 0 && one.cohesion <= 1_000_000)
        #expect(one.branchClusters == [2] && one.parent == 0 && one.children == [] && one.merged == [])
        #expect(one.modelVersion == 2 && one.eventTime == 3 * 3_600_000)
        #expect(found[2]??.membersAtLeast == 200)
    }

    @Test("gets only what a model changes")
    func differences() throws {
        var model = model([399, 250])
        var table = table(after: model)
        #expect(try written(&table, model).isEmpty, "the same model")
        refresh(&model)
        resize(&model, 1, 299)
        #expect(try written(&table, model).isEmpty, "as many hundreds")
        refresh(&model)
        resize(&model, 1, 300)
        let found = try written(&table, model)
        #expect(found.keys.sorted() == [2] && found[2]??.membersAtLeast == 300 && found[2]??.modelVersion == 3)
    }

    @Test("gets a tombstone for a cluster that is suppressed, and tells nothing more of it")
    func suppressed() throws {
        var model = model([300, 250, 150])
        var table = table(after: model)
        resize(&model, 2, 99)
        refresh(&model)
        let home = model.publishedCluster(of: 3)
        var found = try written(&table, model)
        #expect(found[3] == .some(.none) && found[home]??.merged == [3])
        for case let description? in found.values { #expect(!description.branchClusters.contains(3)) }
        resize(&model, 2, 50)
        refresh(&model)
        found = try written(&table, model)
        #expect(found[3] == nil, "one tombstone")
        resize(&model, 2, 150)
        refresh(&model)
        found = try written(&table, model)
        #expect(found[3]??.parent == home && found[home]??.children == [3] && found[home]??.merged == [])
        #expect(found[home]??.state == .split)
    }

    @Test("goes on after a restart with the last model as it would have gone on")
    func restart() throws {
        var model = model([300, 250, 150])
        var undisturbed = table(after: model)
        for (size, other) in [(99, 250), (130, 150), (130, 90), (400, 130)] as [(Int64, Int64)] {
            let last = try record(model).readAgain()
            #expect(last.model == model && last.bookkeeping.clustersTopic == Self.topic)
            var restarted = DescriptionTable(Self.topic, format: .protobuf, after: last)
            resize(&model, 2, size)
            resize(&model, 1, other)
            refresh(&model)
            let expected = try written(&undisturbed, model)
            #expect(try written(&restarted, model) == expected && !expected.isEmpty)
        }
    }

    @Test("is written as a whole, with tombstones, if the topic may not hold that of the last model")
    func unknown() throws {
        var model = model([300, 250, 150])
        resize(&model, 2, 99)
        refresh(&model)
        for topic in [nil, "other"] {
            var table = DescriptionTable(Self.topic, format: .protobuf, after: record(model, topic))
            let found = try written(&table, model)
            #expect(found.keys.sorted() == [1, 2, 3] && found[3] == .some(.none) && found[1]??.cluster == 1)
            #expect(try written(&table, model).isEmpty)
        }
    }

    @Test("names only topics that descriptions may tell")
    func told() throws {
        var model = model([300, 250])
        model.settings.policy = TopicPolicy(
            told: .listed, rules: [.init(category: nil, form: .exact, term: "topic-1")])
        let found = DescriptionTable.descriptions(model)
        #expect(found[1]?.leadingTopics == [] && found[2]?.leadingTopics == ["topic-1"])
    }

    @Test("is written by a coordinator that has the topic, which models record", arguments: [nil, topic])
    func coordinator(topic: String?) throws {
        let world = try EngineWorld()
        let options = CoordinatorMachine.Options(
            settings: world.settings, key: world.key, deltaSealer: .test, modelSealer: .test, format: .protobuf,
            clustersTopic: topic, allowsFuture: true, idleTimeout: 1_000)
        var machine = CoordinatorMachine(last: world.models[0], options: options)
        var known: [ClusterID: ClusterDescription] = [:]
        var publications = 0
        for step in world.steps {
            for word in DeltaRecord.encode(step.epochDelta, by: .test) {
                try machine.fold(word.span, offset: machine.coordinator.offset, now: 0)
            }
            while let next = try machine.publish(now: 9_000, wall: 1) {
                publications += 1
                #expect(next.bookkeeping.clustersTopic == topic)
                let records = machine.records(of: next)
                for entry in records.entries where entry.topic == .clusters {
                    let key = String(decoding: records.bytes[try #require(entry.key)], as: UTF8.self)
                    let id = try #require(ClusterID(key))
                    known[id] = try entry.value.map { try ClusterDescription(Array(records.bytes[$0])) }
                }
                let current = topic == nil ? [:] : DescriptionTable.descriptions(next.model)
                #expect(current.keys == known.keys)
                for (id, description) in current {
                    var found = try #require(known[id])
                    (found.modelVersion, found.eventTime) = (nil, nil)
                    #expect(found == description)
                }
            }
        }
        #expect(publications > 4 && known.isEmpty == (topic == nil))
    }
}
