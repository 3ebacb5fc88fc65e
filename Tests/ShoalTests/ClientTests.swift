import Foundation
import ShoalClient
import ShoalKafka
import ShoalSchemas
import Synchronization
import TestSupport
import Testing

@Suite("ShoalClient: changes as a sequence")
struct ClientTests {
    private func change(_ number: Int) -> ClusterChange {
        var change = ClusterChange(id: UInt128(number), kind: .memberMoved)
        change.member = UInt128(number % 17)
        (change.from, change.to) = (1, 2)
        return change
    }

    /// Creates a topic with `count` changes.
    private func topic(_ count: Int, partitions: Int32 = 3) async throws -> ClusterChanges.Configuration {
        let broker = try await TestBroker.shared()
        let name = uniqueName("client")
        try await broker.create([name: partitions])
        try produce(0..<count, to: name, broker)
        var configuration = ClusterChanges.Configuration(kafka: quick(broker), topic: name)
        configuration.start = .beginning
        configuration.stopsAtEnd = true
        return configuration
    }

    private func quick(_ broker: TestBroker) -> ClientConfiguration {
        broker.configuration(["fetch.wait.max.ms": "5"])
    }

    private func produce(_ numbers: Range<Int>, to topic: String, _ broker: TestBroker) throws {
        let producer = try Producer(broker.configuration())
        for number in numbers {
            var bytes: [UInt8] = []
            change(number).encode(into: &bytes)
            let key = Array("\(number % 17)".utf8)
            try producer.produce(to: topic, key: key.span, value: bytes.span)
        }
        try producer.flush(timeout: .seconds(10))
    }

    @Test("a stored position resumes exactly after its change, wherever that was")
    func resumes() async throws {
        var configuration = try await topic(300)
        for stop in [0, 1, 2, 57, 150, 299, 300] {
            configuration.start = .beginning
            var iterator = ClusterChanges(configuration).makeAsyncIterator()
            var seen: [UInt128] = []
            var position: Position?
            while seen.count < stop, let next = try await iterator.next() {
                seen.append(next.change.id)
                position = next.position
            }
            if stop == 0 {
                _ = try await iterator.next(timeout: .zero)
                // The position at which it would have begun.
                position = Position(topic: configuration.topic, offsets: [0, 0, 0])
            }
            let stored = try JSONEncoder().encode(try #require(position))
            configuration.start = .after(try JSONDecoder().decode(Position.self, from: stored))
            for try await next in ClusterChanges(configuration) { seen.append(next.change.id) }
            #expect(seen.count == 300 && Set(seen).count == 300, "stopped after \(stop)")
        }
    }

    @Test("later changes are delivered in order per member")
    func later() async throws {
        var configuration = try await topic(50)
        configuration.stopsAtEnd = false
        var iterator = ClusterChanges(configuration).makeAsyncIterator()
        var seen: [ClusterChange] = []
        while seen.count < 50, let next = try await iterator.next() { seen.append(next.change) }
        #expect(try await iterator.next(timeout: .milliseconds(50)) == nil)
        try produce(50..<100, to: configuration.topic, try await TestBroker.shared())
        while seen.count < 100, let next = try await iterator.next() { seen.append(next.change) }
        for member in 0..<17 {
            let ids = seen.filter { $0.member == UInt128(member) }.map(\.id)
            #expect(ids == ids.sorted() && ids.count >= 5)
        }
        #expect(iterator.position?.offsets.reduce(0, +) == 100)
    }

    @Test("a position round-trips through text, and invalid text is refused")
    func positionText() {
        let position = Position(topic: "cluster-changes", offsets: [1_200, 0, 17])
        #expect(position.description == "cluster-changes/0:1200,1:0,2:17")
        #expect(Position(position.description) == position)
        for bad in ["", "a", "a/", "/0:1", "a/1:5", "a/0:1,0:2", "a/0:-1", "a/0:x", "a/0:1/", "a/0:1,"] {
            #expect(Position(bad) == nil, "\(bad)")
        }
    }

    @Test("a position of another topic, beyond the end, or with more partitions is an error")
    func invalid() async throws {
        let configuration = try await topic(30)
        func message(_ position: Position) async throws -> String? {
            var other = configuration
            other.start = .after(position)
            var iterator = ClusterChanges(other).makeAsyncIterator()
            do {
                _ = try await iterator.next()
                return nil
            } catch let error as PositionInvalid { return error.description }
        }
        let topic = configuration.topic
        for (positions, text) in [([Int32(9): Int64(0)], "has no partition 9"), ([1: 99], "may have been recreated")] {
            var other = configuration
            other.positions = positions
            var iterator = ClusterChanges(other).makeAsyncIterator()
            let error = await #expect(throws: PositionInvalid.self) { try await iterator.next() }
            #expect(error?.description.contains(text) == true)
        }
        #expect(
            try await message(Position(topic: "other", offsets: [0]))?.contains("belongs to another topic") == true)
        #expect(
            try await message(Position(topic: topic, offsets: [0, 0, 99]))?.contains("may have been recreated") == true)
        #expect(try await message(Position(topic: topic, offsets: [0, 0, 0, 0]))?.contains("has 3 partitions") == true)
        #expect(try await message(Position(topic: topic, offsets: [0, 0])) == nil, "a partition that came later")
    }

    @Test("an invalid change ends the sequence after all previous changes")
    func broken() async throws {
        var configuration = try await topic(20, partitions: 1)
        let broker = try await TestBroker.shared()
        try Producer(broker.configuration()).sendOne(to: configuration.topic, "{\"no\":\"change\"}")
        try produce(20..<30, to: configuration.topic, broker)
        configuration.stopsAtEnd = true
        var iterator = ClusterChanges(configuration).makeAsyncIterator()
        var count = 0
        let error = await #expect(throws: InvalidRecord.self) {
            while try await iterator.next() != nil { count += 1 }
        }
        #expect(count == 20 && iterator.position?.offsets == [20])
        #expect(error?.partition == 0 && error?.offset == 20 && error?.reason == .badValue)
        await #expect(throws: InvalidRecord.self) { try await iterator.next() }
        // There are two ways to go on.
        let skipped = Mutex<[Int64]>([])
        configuration.onInvalidRecord = { record in skipped.withLock { $0.append(record.offset) } }
        var all = 0
        for try await _ in ClusterChanges(configuration) { all += 1 }
        #expect(all == 30 && skipped.withLock { $0 } == [20])
        configuration.onInvalidRecord = nil
        configuration.start = .after(Position(topic: configuration.topic, offsets: [21]))
        for try await _ in ClusterChanges(configuration) { count += 1 }
        #expect(count == 30)
    }

    @Test("a table of members follows memberships and null values, and reports when it is current")
    func members() async throws {
        let broker = try await TestBroker.shared()
        let topic = uniqueName("members")
        try await broker.create([topic: 2])
        let producer = try Producer(broker.configuration())
        func put(_ member: UInt128, _ cluster: UInt32?, isJSON: Bool = false) throws {
            let digits = String(member, radix: 16)
            let key = Array((String(repeating: "0", count: 32 - digits.count) + digits).utf8)
            var bytes: [UInt8] = []
            if let cluster {
                let membership = Membership(cluster: cluster, modelVersion: 1 << 60)
                if isJSON { membership.encodeJSON(into: &bytes) } else { membership.encode(into: &bytes) }
            }
            if cluster == nil {
                try producer.produce(to: topic, key: key.span, value: nil)
            } else {
                try producer.produce(to: topic, key: key.span, value: bytes.span)
            }
        }
        for member in 0..<100 { try put(UInt128(member), UInt32(member % 4 + 1), isJSON: member % 2 == 0) }
        for member in 0..<10 { try put(UInt128(member), nil) }
        try put(50, 9)
        try producer.flush(timeout: .seconds(10))

        let members = ClusterMembers(kafka: quick(broker), topic: topic)
        #expect(members.count == 0 && !members.isCaughtUp)
        try await members.catchUp()
        #expect(members.isCaughtUp && members.count == 90)
        #expect(members[3] == nil && members[50]?.cluster == 9 && members[99]?.cluster == 4)
        #expect(members[98]?.modelVersion == 1 << 60)
        #expect(members.sizes.values.reduce(0, +) == 90 && members.sizes[9] == 1)
        #expect(members.members(of: 9) == [50] && members.snapshot.count == 90)
        #expect(try await members.next(timeout: .milliseconds(20)) == nil)

        try put(50, nil)
        try put(7, 9)
        try producer.flush(timeout: .seconds(10))
        var updates: [UInt128: ClusterMembers.Update] = [:]
        for try await update in members {
            updates[update.member] = update
            #expect(members[update.member] == update.membership)
            if updates.count == 2 { break }
        }
        #expect(updates[50]?.before?.cluster == 9 && updates[50]?.membership == nil)
        #expect(updates[7]?.before == nil && updates[7]?.membership?.cluster == 9)
        #expect(members.count == 90 && members.members(of: 9) == [7])

        try producer.sendOne(to: topic, "no membership")
        await #expect(throws: InvalidRecord.self) {
            try await ClusterMembers(kafka: quick(broker), topic: topic).catchUp()
        }
        let skipped = Mutex<[String]>([])
        let tolerant = ClusterMembers(kafka: quick(broker), topic: topic) { record in
            skipped.withLock { $0.append(record.topic) }
        }
        try await tolerant.catchUp()
        #expect(tolerant.count == 90 && skipped.withLock { $0 } == [topic])
    }

    @Test("a table of clusters follows descriptions and null values, and what instances write")
    func clusters() async throws {
        let broker = try await TestBroker.shared()
        let topic = uniqueName("clusters")
        try await broker.create([topic: 1])
        let producer = try Producer(broker.configuration())
        func put(_ cluster: UInt32, _ members: Int64?, isJSON: Bool = false) throws {
            let key = Array("\(cluster)".utf8)
            guard let members else { return try producer.produce(to: topic, key: key.span, value: nil) }
            var description = ClusterDescription(cluster: cluster)
            (description.membersAtLeast, description.parent, description.state) = (members, 7, .created)
            description.leadingTopics = ["chess", "größer"]
            var bytes: [UInt8] = []
            if isJSON { description.encodeJSON(into: &bytes) } else { description.encode(into: &bytes) }
            try producer.produce(to: topic, key: key.span, value: bytes.span)
        }
        for cluster in 1...9 as ClosedRange<UInt32> { try put(cluster, 100, isJSON: cluster % 2 == 0) }
        try put(3, nil)
        try put(4, 1 << 60, isJSON: true)
        try producer.flush(timeout: .seconds(10))
        let clusters = ClusterDescriptions(kafka: quick(broker), topic: topic)
        #expect(clusters.count == 0 && !clusters.isCaughtUp)
        try await clusters.catchUp()
        #expect(clusters.isCaughtUp && clusters.count == 8 && clusters[3] == nil)
        #expect(clusters[4]?.membersAtLeast == 1 << 60 && clusters[5]?.leadingTopics == ["chess", "größer"])
        #expect(clusters.snapshot.values.allSatisfy { $0.parent == 7 && $0.state == .created })

        try put(5, nil)
        try producer.flush(timeout: .seconds(10))
        var iterator = clusters.makeAsyncIterator()
        let update = try #require(try await iterator.next())
        #expect(update.cluster == 5 && update.description == nil && update.before?.membersAtLeast == 100)
        #expect(clusters[5] == nil)

        // A key that is not the record's.
        try producer.produce(to: topic, key: "9", value: #"{"cluster":8,"members_at_least":1,"cohesion":1}"#)
        try producer.flush(timeout: .seconds(10))
        await #expect(throws: InvalidRecord.self) {
            try await ClusterDescriptions(kafka: quick(broker), topic: topic).catchUp()
        }

        let real = try await RealChanges.shared()
        let found = ClusterDescriptions(kafka: quick(real.broker), topic: real.clusters)
        try await found.catchUp()
        var published: Set<UInt32> = []
        for line in real.lines {
            let change = try ClusterChange(Array(line.utf8))
            switch change.kind {
            case .clusterCreated: published.insert(change.cluster)
            case .clusterMerged, .clusterRetired: published.remove(change.cluster)
            default: break
            }
        }
        #expect(!published.isEmpty && Set(found.snapshot.keys) == published)
        for description in found.snapshot.values {
            #expect(description.membersAtLeast % 20 == 0 && description.membersAtLeast > 0)
            #expect(description.branchClusters.allSatisfy(published.contains) && description.state != nil)
        }
    }

    @Test("a cancelled loop over members ends")
    func cancelled() async throws {
        let broker = try await TestBroker.shared()
        let topic = uniqueName("members")
        try await broker.create([topic: 1])
        let members = ClusterMembers(kafka: quick(broker), topic: topic)
        let task = Task { for try await _ in members {} }
        try await members.catchUp()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: UnknownTopic.self) {
            try await ClusterMembers(kafka: quick(broker), topic: uniqueName("absent")).catchUp()
        }
    }
}

extension Producer {
    fileprivate func sendOne(to topic: String, _ value: String) throws {
        try produce(to: topic, key: "x", value: value)
        try flush(timeout: .seconds(10))
    }
}
