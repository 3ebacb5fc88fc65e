import ShoalClustering
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalPipeline

@Suite("The checker finds all differences and reports no false ones")
struct VerdictTests {
    private let input: [TestRecord]
    private let good: Published

    init() throws {
        var next: [Int64] = [0, 0, 0]
        var records: [TestRecord] = []
        for record in InputStream(seed: 5, viewers: 200, epochs: 14).records {
            let partition = Int(record.partition(of: 3))
            var headers: [String: [UInt8]] = [:]
            if let rejection = record.rejection { headers["expect"] = Array(rejection.rawValue.utf8) }
            records.append(
                TestRecord(
                    partition: Int32(partition), offset: next[partition], key: record.key, value: record.value,
                    headers: headers))
            next[partition] += 1
        }
        input = records
        var settings = Settings()
        settings.seedMembers = 60
        settings.clustersInitial = 4
        settings.minClusterSize = 5
        settings.minEvents = 3
        let genesis = ModelRecord(
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: next.map { _ in PartitionState() }, deltaOffset: 0,
                oldestOffset: 0), firstOffsets: [0, 0, 0], keyFingerprint: 0,
            model: .genesis(settings: settings, topics: InputStream.topics.map { Array($0.utf8) }))
        good = Published(genesis: genesis, oracle: try Oracle(genesis: genesis, records: input), input: input)
    }

    private func kinds(_ change: (inout Published) throws -> Void = { _ in }) throws -> Set<Finding.Kind> {
        var published = good
        try change(&published)
        let findings = try Verdict(topic: "in", input: input, published: published).findings()
        return Set(findings.map(\.kind))
    }

    /// Returns the indices of two different changes of one member.
    private func pair(_ published: Published) throws -> (Int, Int) {
        let keys = Dictionary(grouping: published.changes.indices) { published.changes[$0].keyText }
        let found = keys.sorted { $0.key < $1.key }.first { !$0.key.hasPrefix("cluster/") && $0.value.count > 1 }
        let places = try #require(found?.value)
        return (places[0], places[1])
    }

    @Test("a correct run has no differences")
    func goodRun() throws {
        #expect(good.changes.count > 200 && good.models.count > 10 && good.deadLetters.count > 5)
        #expect(try kinds() == [])
    }

    @Test("a lost change is found in the middle and at the end")
    func lost() throws {
        #expect(try kinds { $0.changes.remove(at: try pair($0).0) }.isSuperset(of: [.lost, .broken]))
        #expect(try kinds { $0.changes.remove(at: try pair($0).1) }.isSuperset(of: [.lost, .lastWord]))
    }

    @Test("a duplicate change is found, immediately after the first and later")
    func doubled() throws {
        #expect(
            try kinds {
                let place = try pair($0).0
                $0.changes.insert($0.changes[place], at: place)
            }.isSuperset(of: [.doubled, .broken]))
        #expect(try kinds { $0.changes.append($0.changes[0]) }.contains(.doubled))
    }

    @Test("swapped changes of one member are found, and those of two members are accepted")
    func reordered() throws {
        #expect(
            try kinds {
                let (first, second) = try pair($0)
                $0.changes.swapAt(first, second)
            }.isSuperset(of: [.reordered, .wentBack, .broken, .lastWord]))
        #expect(
            try kinds { published in
                let order = published.changes.enumerated().sorted {
                    ($0.element.keyText, $0.offset) < ($1.element.keyText, $1.offset)
                }
                published.changes = order.map(\.element)
            } == [])
    }

    @Test("an unexpected change and one with different content are found")
    func unexpected() throws {
        #expect(
            try kinds {
                let place = $0.changes.count - 1
                var change = try ClusterChange($0.changes[place].value ?? [])
                change.cohesion += 1
                var bytes: [UInt8] = []
                change.encode(into: &bytes)
                $0.changes[place].value = bytes
            }.isSuperset(of: [.unexpected, .lost]))
    }

    @Test("models with different content, a different hash, missing and duplicate models are found")
    func models() throws {
        #expect(
            try kinds {
                $0.models[5].contentHash = "0"
                $0.models[5].announcedHash = "0"
            } == [.model])
        #expect(try kinds { $0.models[5].announcedHash = "0" } == [.model])
        #expect(try kinds { $0.models.remove(at: 5) }.isSuperset(of: [.gap, .model]))
        #expect(try kinds { $0.models.insert($0.models[5], at: 5) } == [.gap])
        #expect(try kinds { $0.models.removeLast() } == [.model])
    }

    @Test("missing memberships, dead letters and erasures are found")
    func others() throws {
        #expect(try kinds { $0.members.remove(at: 0) } == [.lastWord])
        #expect(try kinds { $0.clusters.remove(at: 0) } == [.lastWord])
        #expect(try kinds { $0.clusters.swapAt(0, $0.clusters.count - 1) } == [.lastWord])
        #expect(try kinds { $0.deadLetters.remove(at: 3) } == [.deadLetter])
        #expect(try kinds { $0.deadLetters.append($0.deadLetters[0]) } == [.deadLetter])
        func erasure(_ published: Published) throws -> Int {
            try #require(
                try published.changes.lastIndex { try ClusterChange($0.value ?? []).kind == .memberErased })
        }
        #expect(try kinds { $0.changes.remove(at: try erasure($0)) }.isSuperset(of: [.lost]))
        #expect(
            try kinds {
                let place = try erasure($0)
                var change = try ClusterChange($0.changes[place].value ?? [])
                change.member = 0xAB
                var bytes: [UInt8] = []
                change.encode(into: &bytes)
                $0.changes[place].value = bytes
            }.isSuperset(of: [.tombstone, .lost]))
    }

    @Test("an event counted twice or not at all gives a different model", arguments: [true, false])
    func events(twice: Bool) throws {
        var other = input
        let place = try #require(
            input.indices.dropFirst(700).first { input[$0].headers.isEmpty && input[$0].value != nil })
        if twice {
            // The engine would recognise the same id as a repetition.
            var copy = input[place]
            let text = copy.valueText.replacing("\"event_id\":\"e", with: "\"event_id\":\"again")
            copy.value = Array(text.utf8)
            other.insert(copy, at: place)
        } else {
            other.remove(at: place)
        }
        let published = Published(
            genesis: good.genesis, oracle: try Oracle(genesis: good.genesis, records: other), input: input)
        let findings = try Verdict(topic: "in", input: input, published: published).findings()
        #expect(findings.contains { $0.kind == .model })
    }

    @Test("on a growing topic, recorded included deltas are followed and a changed one is found")
    func grown() throws {
        let verdict = try Verdict(topic: "in", input: input, published: good, isGrown: true)
        #expect(try verdict.findings() == [])
        var other = good
        let last = other.models.count - 1
        other.models[last].bookkeeping.partitions[0].included += 1
        #expect(
            try Verdict(topic: "in", input: input, published: other, isGrown: true).findings().contains {
                $0.kind == .model
            })
    }
}

extension Published {
    /// The output of the reference run, in the form in which it would be read from the topics.
    fileprivate init(genesis: ModelRecord, oracle: Oracle, input: [TestRecord]) {
        self.init(genesis: genesis)
        for next in oracle.publications {
            let record = ModelRecord(bookkeeping: next.bookkeeping, keyFingerprint: 0, model: next.model)
            models.append(Published.Model(record, announced: Published.hash(record)))
        }
        changes = oracle.ordered.enumerated().map {
            TestRecord(partition: 0, offset: Int64($0), key: $1.key, value: $1.value)
        }
        members = oracle.members.map { TestRecord(partition: 0, offset: 0, key: $0.key, value: $0.value) }
        clusters = oracle.clusters.map { TestRecord(partition: 0, offset: 0, key: $0.key, value: $0.value) }
        writesClusters = true
        deadLetters = input.filter { $0.headers["expect"] != nil }.map { record in
            TestRecord(
                partition: 0, offset: 0, key: record.key, value: record.value,
                headers: [
                    "topic": Array("in".utf8), "reason": record.headers["expect"] ?? [],
                    "partition": Array("\(record.partition)".utf8), "offset": Array("\(record.offset)".utf8),
                ])
        }
    }
}
