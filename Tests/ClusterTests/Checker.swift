import Clustering
import Foundation
import Kafka
import Schemas
import TestSupport
import Testing

@testable import Pipeline

/// Holds what an application published against what it read.
struct Checker {
    let application: Application
    let input: [TestRecord]
    let oracle: Oracle

    init(_ application: Application) async throws {
        self.application = application
        input = try await application.records(of: application.input)
        let genesis = try #require(try await application.modelRecords().first)
        #expect(genesis.bookkeeping.through == nil)
        oracle = try Oracle(genesis: genesis, records: input)
    }

    /// All that can be said of a run that has used up its input.
    func check() async throws {
        try await checkModels()
        try await checkChanges()
        try await checkFlow()
        try await checkMembers()
        try await checkDeadLetters()
        checkTombstones(try await decodedChanges())
    }

    /// Version by version, the models are those of the oracle; so no event was counted twice, and none lost.
    func checkModels() async throws {
        let found = try await application.modelHashes()
        let wrong = Set(found.keys).union(oracle.models.keys).filter { found[$0] != oracle.models[$0] }.sorted()
        let isRight = wrong.isEmpty
        #expect(isRight, "\(found.count) models, \(oracle.models.count) expected; wrong: \(wrong.prefix(30))")
        #expect(found.count > 1)
    }

    /// The changes are those of the oracle, each once.
    func checkChanges() async throws {
        let found = try await application.sortedChanges()
        expectSame(found, oracle.changes)
    }

    /// A member's changes follow each other, no two have the same id, and no cluster is named that was not created.
    func checkFlow() async throws {
        let changes = try await decodedChanges()
        #expect(Set(changes.map(\.id)).count == changes.count, "no id twice")
        var clusters: [UInt128: UInt32] = [:]
        var broken: [ClusterChange] = []
        for change in changes {
            guard let member = change.member else { continue }
            if clusters[member, default: 0] != change.from { broken.append(change) }
            clusters[member] = change.to
        }
        #expect(broken.isEmpty, "changes that do not follow the one before: \(broken.prefix(3))")
        let created = Set(changes.filter { !$0.kind.isOfMember }.flatMap { [$0.cluster, $0.otherCluster] })
        #expect(Set(clusters.values).subtracting([0]).isSubset(of: created))
    }

    /// The last value of each member is the cluster of its last change.
    func checkMembers() async throws {
        var last: [String: UInt32] = [:]
        for change in try await decodedChanges() {
            guard let member = change.member else { continue }
            last[Hex.text(member)] = change.to
        }
        var found: [String: UInt32] = [:]
        for record in try await application.records(of: application.members) {
            found[record.keyText] = try record.value.map { try Membership(protobuf: $0.span).cluster } ?? 0
        }
        let wrong = Set(found.keys).union(last.keys).filter { found[$0] != last[$0] }
        let isRight = wrong.isEmpty
        #expect(isRight, "\(wrong.count) memberships of \(found.count) are wrong, \(last.count) expected")
    }

    /// Each record that is no watch event is there once, with its reason, its position and its bytes.
    func checkDeadLetters() async throws {
        struct Letter: Hashable {
            var reason, partition, offset: String
            var key, value: [UInt8]?
        }
        let expected = input.compactMap { record in
            record.headers["expect"].map { reason in
                Letter(
                    reason: String(decoding: reason, as: UTF8.self), partition: "\(record.partition)",
                    offset: "\(record.offset)", key: record.key, value: record.value)
            }
        }
        let found = try await application.records(of: application.deadLetters).map { record in
            func header(_ name: String) -> String { String(decoding: record.headers[name] ?? [], as: UTF8.self) }
            #expect(header("topic") == application.input)
            return Letter(
                reason: header("reason"), partition: header("partition"), offset: header("offset"), key: record.key,
                value: record.value)
        }
        #expect(found.count == expected.count && Set(found) == Set(expected))
    }

    /// Each tombstone of a viewer who was there has published that he was erased.
    private func checkTombstones(_ changes: [ClusterChange]) {
        let erasures = changes.filter { $0.kind == .memberErased }
        let places = Set(erasures.map { "\($0.inputPartition ?? -1) \($0.inputOffset ?? -1)" })
        var known: Set<[UInt8]> = []
        var expected: Set<String> = []
        for record in input.sorted(by: { ($0.partition, $0.offset) < ($1.partition, $1.offset) }) {
            guard record.headers["expect"] == nil, let key = record.key else { continue }
            if record.value != nil { known.insert(key) }
            if record.value == nil, known.remove(key) != nil { expected.insert("\(record.partition) \(record.offset)") }
        }
        #expect(places == expected && erasures.count == expected.count)
    }

    /// All changes in the order of the output topic's partitions.
    func decodedChanges() async throws -> [ClusterChange] {
        try await application.records(of: application.output).map { try ClusterChange($0.value ?? []) }
    }

    /// Viewers whose distinct events, in his own count, make them eligible: with a profile, and enough events since they were
    /// last erased.
    func eligibleViewers(least: Int) throws -> Int {
        var seen: Set<String> = []
        var viewers: [[UInt8]: (events: Int, hasProfile: Bool)] = [:]
        for record in input where record.headers["expect"] == nil {
            let key = record.key ?? []
            guard let value = record.value else {
                viewers[key] = nil
                continue
            }
            let object = try JSONSerialization.jsonObject(with: Data(value)) as? [String: Any] ?? [:]
            let id = object["event_id"] as? String ?? ""
            guard seen.insert("\(record.partition) \(id)").inserted else { continue }
            let watched = (object["watched_ms"] as? NSNumber)?.intValue ?? 0
            let topics = object["topics"] as? [String] ?? []
            viewers[key, default: (0, false)].events += 1
            if watched > 0, !topics.isEmpty { viewers[key]?.hasProfile = true }
        }
        return viewers.values.count { $0.events >= least && $0.hasProfile }
    }
}

/// Two sorted lists of changes are the same; where not, the first that differ are told.
func expectSame(
    _ left: [Application.Line], _ right: [Application.Line], sourceLocation: SourceLocation = #_sourceLocation
) {
    let isSame = left == right
    guard !isSame else { return }
    let (first, second) = (Set(left), Set(right))
    #expect(
        isSame,
        """
        \(left.count) changes, \(first.count) different ones; \(right.count) expected
        not expected: \(first.subtracting(second).sorted().prefix(3))
        missing: \(second.subtracting(first).sorted().prefix(3))
        """, sourceLocation: sourceLocation)
}
