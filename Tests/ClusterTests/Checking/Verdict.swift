import Foundation
import ShoalClustering
import ShoalSchemas
import TestSupport

@testable import ShoalPipeline

/// Compares the published output with the reference run over the same input. A pure type, so that it can be tested.
struct Verdict {
    let topic: String
    let input: [TestRecord]
    let published: Published
    let oracle: Oracle

    /// - Parameter isGrown: Whether the input grew while it was read. If so, the recorded included deltas are replayed.
    init(topic: String, input: [TestRecord], published: Published, isGrown: Bool = false) throws {
        self.topic = topic
        self.input = input
        self.published = published
        oracle = try Oracle(
            genesis: published.genesis, records: input, obeying: isGrown ? published.models : nil)
    }

    /// Returns all differences.
    func findings() throws -> [Finding] {
        try events() + models() + changes() + order() + flow() + lastWords() + memberships() + clusters()
            + deadLetters() + tombstones()
    }

    // MARK: - Events

    /// Checks that each distinct event counts once. The models and changes must equal those of the reference run; this
    /// check counts the events of that run without the engine.
    func events() throws -> [Finding] {
        var distinct: Set<String> = []
        var nameless: Int64 = 0
        for record in input where record.headers["expect"] == nil {
            guard let value = record.value else { continue }
            let object = try JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]
            if let id = object?["event_id"] as? String, !id.isEmpty {
                distinct.insert("\(record.partition) \(id)")
            } else {
                nameless += 1
            }
        }
        let expected = Int64(distinct.count) + nameless
        return oracle.events == expected ? [] : [Finding(.event, "\(oracle.events) counted, \(expected) sent")]
    }

    // MARK: - Models

    /// Checks that the models are consecutive and equal those of the reference run, version by version. It follows that
    /// no event was counted twice or lost.
    func models() -> [Finding] {
        var found: [Finding] = oracle.disobedience.map { [Finding(.model, $0)] } ?? []
        var hashes: [Epoch: String] = [:]
        var last: Published.Model?
        for model in published.models {
            let (from, through) = (model.bookkeeping.from, model.bookkeeping.through)
            if model.announcedHash != model.contentHash {
                found.append(Finding(.model, "\(through ?? 0) announces another content than it has"))
            }
            defer { last = model }
            guard let through else {
                if last != nil { found.append(Finding(.gap, "a second genesis model")) }
                continue
            }
            let expected = last?.bookkeeping.through.map { $0 + 1 }
            if last == nil || from != expected {
                found.append(
                    Finding(.gap, "\(from ?? 0)…\(through) follows \(last?.bookkeeping.through ?? 0)"))
            }
            for version in (from ?? through)...max(through, from ?? through) { hashes[version] = model.contentHash }
        }
        let wrong = Set(hashes.keys).union(oracle.models.keys).filter { hashes[$0] != oracle.models[$0] }.sorted()
        if !wrong.isEmpty {
            found.append(
                Finding(
                    .model, "\(hashes.count) models, \(oracle.models.count) expected; wrong: \(wrong.prefix(30))"))
        }
        return found
    }

    // MARK: - Changes

    /// Checks that the changes equal those of the reference run, each exactly once.
    func changes() -> [Finding] {
        let found = Dictionary(grouping: lines, by: \.self).mapValues(\.count)
        let expected = Dictionary(grouping: oracle.changes, by: \.self).mapValues(\.count)
        var findings: [Finding] = []
        for line in Set(found.keys).union(expected.keys).sorted() {
            let (ours, theirs) = (found[line, default: 0], expected[line, default: 0])
            if ours == theirs { continue }
            let kind: Finding.Kind = ours < theirs ? .lost : theirs == 0 ? .unexpected : .doubled
            findings.append(Finding(kind, "\(line), \(ours) times, \(theirs) expected"))
        }
        return findings
    }

    /// Checks that the changes of each key are in the order of the reference run.
    func order() -> [Finding] {
        var found = Dictionary(grouping: lines, by: \.key)
        let expected = Dictionary(grouping: oracle.ordered, by: \.key)
        for (key, values) in found where Set(values) != Set(expected[key] ?? []) || values.count != expected[key]?.count
        {
            // Missing and surplus changes are reported by `changes()`.
            found[key] = nil
        }
        return found.filter { $0.value != expected[$0.key] }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { Finding(.reordered, "changes of \(String(decoding: $0.key, as: UTF8.self))") }
    }

    /// Checks that each member's changes are consecutive, that its positions never decrease, that change ids are
    /// unique, that all changes of a key are in one partition, and that every cluster was created before it is named.
    func flow() throws -> [Finding] {
        var findings: [Finding] = []
        var ids: Set<UInt128> = []
        var members: [UInt128: ClusterChange] = [:]
        var places: [[UInt8]: Int32] = [:]
        var named: Set<UInt32> = []
        var created: Set<UInt32> = []
        var positions: [UInt128: ChangeIDs.Position] = [:]
        let encrypted = ChangeIDs(PrivacyKey(hex: Application.keyDigits)!)
        for record in published.changes {
            let change = try ClusterChange(record.value ?? [])
            if !ids.insert(change.id).inserted { findings.append(Finding(.doubled, "the id of \(change)")) }
            if places.updateValue(record.partition, forKey: record.key ?? []).map({ $0 != record.partition }) ?? false {
                findings.append(Finding(.reordered, "\(record.keyText) is in two partitions"))
            }
            guard let member = change.member else {
                created.formUnion([change.cluster, change.otherCluster])
                continue
            }
            let before = members.updateValue(change, forKey: member)
            guard let position = encrypted.position(of: change.id) else {
                findings.append(Finding(.broken, "the id of \(change) has no position"))
                continue
            }
            if change.to != 0 { named.insert(change.to) }
            if before?.to ?? 0 != change.from {
                findings.append(Finding(.broken, "\(change) follows \(before?.to ?? 0)"))
            }
            if let earlier = positions.updateValue(position, forKey: member),
                earlier.partition != position.partition || earlier.offset > position.offset
            {
                findings.append(Finding(.wentBack, "\(change) follows \(earlier.offset)"))
            }
        }
        if !named.isSubset(of: created) {
            findings.append(Finding(.broken, "never created: \(named.subtracting(created).sorted())"))
        }
        return findings
    }

    /// Checks that the last change of every member equals that of the reference run.
    func lastWords() throws -> [Finding] {
        let last = Dictionary(lines.map { ($0.key, $0) }) { $1 }
        let expected = Dictionary(oracle.ordered.map { ($0.key, $0) }) { $1 }
        let wrong = Set(last.keys).union(expected.keys).filter { last[$0] != expected[$0] }
        return wrong.isEmpty
            ? [] : [Finding(.lastWord, "the last change of \(wrong.count) keys of \(expected.count)")]
    }

    private var lines: [Application.Line] { published.changes.map { Application.Line($0.key, $0.value) } }
}
