import Foundation
import ShoalClustering
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

/// Compares the output of an application with its input.
struct Checker {
    let verdict: Verdict

    var input: [TestRecord] { verdict.input }
    var oracle: Oracle { verdict.oracle }

    /// - Parameter isGrown: Whether the input grew while it was read. If so, the recorded included deltas are replayed.
    init(_ application: Application, isGrown: Bool = false) async throws {
        verdict = try Verdict(
            topic: application.input, input: try await application.records(of: application.input),
            published: try await Published(application), isGrown: isGrown)
    }

    /// Runs all checks. The run must have used up its input.
    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        expectNone(try verdict.findings(), sourceLocation)
        #expect(verdict.published.models.count > 1, sourceLocation: sourceLocation)
    }

    func checkModels(sourceLocation: SourceLocation = #_sourceLocation) {
        expectNone(verdict.models(), sourceLocation)
        #expect(verdict.published.models.count > 1, sourceLocation: sourceLocation)
    }

    func checkChanges(sourceLocation: SourceLocation = #_sourceLocation) {
        expectNone(verdict.changes() + verdict.order(), sourceLocation)
    }

    private func expectNone(_ findings: [Finding], _ sourceLocation: SourceLocation) {
        #expect(findings.isEmpty, "\(Finding.summary(findings))", sourceLocation: sourceLocation)
    }

    /// Returns all changes in the order of the output topic's partitions.
    func decodedChanges() throws -> [ClusterChange] {
        try verdict.published.changes.map { try ClusterChange($0.value ?? []) }
    }

    /// Returns the number of eligible viewers, counted independently of the engine: viewers with a profile and enough
    /// distinct events since they were last erased.
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

extension Finding {
    /// Returns the number of findings of each kind, and the first of each.
    static func summary(_ findings: [Finding]) -> String {
        Dictionary(grouping: findings, by: \.kind).sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, all in
            "\(all.count) \(kind.rawValue): \(all.prefix(3).map(\.text).joined(separator: "; "))"
        }.joined(separator: "\n")
    }
}

/// Checks that two sorted lists of changes are equal. Otherwise, reports the first differences.
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
