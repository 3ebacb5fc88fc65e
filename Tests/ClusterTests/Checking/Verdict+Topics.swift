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

    /// Checks that each tombstone of a known viewer has published the erasure.
    func tombstones() throws -> [Finding] {
        let erasures = try published.changes.map { try ClusterChange($0.value ?? []) }.filter {
            $0.kind == .memberErased
        }
        let places = Set(erasures.map { "\($0.inputPartition ?? -1) \($0.inputOffset ?? -1)" })
        var known: Set<[UInt8]> = []
        var expected: Set<String> = []
        for record in input.sorted(by: { ($0.partition, $0.offset) < ($1.partition, $1.offset) }) {
            guard record.headers["expect"] == nil, let key = record.key else { continue }
            if record.value != nil { known.insert(key) }
            if record.value == nil, known.remove(key) != nil { expected.insert("\(record.partition) \(record.offset)") }
        }
        guard places != expected || erasures.count != expected.count else { return [] }
        return [Finding(.tombstone, "\(erasures.count) erasures, \(expected.count) expected")]
    }
}
