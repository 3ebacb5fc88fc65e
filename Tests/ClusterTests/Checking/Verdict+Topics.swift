import ShoalClustering
import ShoalSchemas
import TestSupport

@testable import ShoalPipeline

extension Verdict {
    /// Checks that the last value of each member equals that of the reference run.
    func memberships() throws -> [Finding] {
        var found: [[UInt8]: [UInt8]?] = [:]
        for record in published.members { found[record.key ?? []] = .some(record.value) }
        let wrong = Set(found.keys).union(oracle.members.keys).filter { found[$0] != oracle.members[$0] }
        return wrong.isEmpty
            ? [] : [Finding(.lastWord, "\(wrong.count) memberships of \(oracle.members.count), \(found.count) found")]
    }

    /// Checks that `clusters.topic`, if it is written, has the records of the reference run.
    func clusters() -> [Finding] {
        guard published.writesClusters else { return [] }
        let found = published.clusters.map { Application.Line($0.key, $0.value) }
        return found == oracle.clusters
            ? [] : [Finding(.lastWord, "\(found.count) records of clusters, \(oracle.clusters.count) expected")]
    }

    /// Checks that each record that is not a watch event has exactly one dead letter, with its reason, position and
    /// bytes.
    func deadLetters() -> [Finding] {
        struct Letter: Hashable {
            var topic, reason, partition, offset: String
            var key, value: [UInt8]?
        }
        let expected = input.compactMap { record in
            record.headers["expect"].map { reason in
                Letter(
                    topic: topic, reason: String(decoding: reason, as: UTF8.self), partition: "\(record.partition)",
                    offset: "\(record.offset)", key: record.key, value: record.value)
            }
        }
        let found = published.deadLetters.map { record in
            func header(_ name: String) -> String { String(decoding: record.headers[name] ?? [], as: UTF8.self) }
            return Letter(
                topic: header("topic"), reason: header("reason"), partition: header("partition"),
                offset: header("offset"), key: record.key, value: record.value)
        }
        guard found.count != expected.count || Set(found) != Set(expected) else { return [] }
        let missing = Set(expected).subtracting(found).map { "\($0.partition)/\($0.offset)" }.sorted()
        return [Finding(.deadLetter, "\(found.count), \(expected.count) expected; missing \(missing.prefix(5))")]
    }

    /// Checks that only viewers with a tombstone are published as erased, and that some are.
    func tombstones() throws -> [Finding] {
        let erasures = try published.changes.map { try ClusterChange($0.value ?? []) }.filter {
            $0.kind == .memberErased
        }
        let key = PrivacyKey(hex: Application.keyDigits)!
        let erased = input.filter { $0.value == nil && $0.headers["expect"] == nil }.compactMap(\.key)
        let pseudonyms = PublishedPseudonyms(key)
        let expected = Set(erased.map { key.storedPseudonym(of: $0) })
        let unexpected = erasures.count { change in
            !(change.member.map { expected.contains(pseudonyms.stored($0, in: change.pseudonymPeriod)) } ?? false)
        }
        let isRotated = published.genesis.model.settings.fixed.rotation != nil
        guard unexpected > 0 || erasures.isEmpty && expected.count > 60 && !isRotated else { return [] }
        return [Finding(.tombstone, "\(erasures.count) erasures, \(unexpected) of them without a tombstone")]
    }
}
