import Foundation
import ShoalClustering
import ShoalKafka
import ShoalOperations
package import ShoalPipeline
import ShoalSchemas
import ShoalSettings

extension Erasure {
    /// Reads all topics and the checkpoints of this host again, and states what is left.
    /// - Parameter limit: The maximum time to wait for the snapshot that removes the viewers from the state.
    /// - Returns: A certificate for each viewer, in their order.
    /// - Throws: `PipelineError` if a topic cannot be read; `KafkaError`.
    package func certificates(
        _ sent: Sent, _ read: Read, key: PrivacyKey, limit: Duration
    ) async throws -> [ErasureCertificate] {
        let client = configuration.client(configuration.logger)
        let period = configuration.pseudonymPeriod(at: Self.now)
        var search = try ErasureSearch(client, viewers: viewers, key: key, period: period)
        try await search.learnPeriods(of: configuration.topics.changes)
        let state = try await stateTraces(search, until: .now + limit)
        let rules = PlaceRules(try Admin(client))
        var places: [[ErasureCertificate.Place]] = viewers.map { _ in [] }
        func add(
            _ name: String, _ topic: String, _ traces: [ErasureSearch.Traces], wait: Int64, with event: String
        ) async throws {
            guard let rule = try await rules.rule(of: topic) else { return }
            for (viewer, traces) in traces.enumerated() {
                let time = includedAtMs(read) + wait
                places[viewer].append(rule.place(name, traces, deletedAtMs: time, with: event))
            }
        }
        let topics = configuration.topics
        let searched: [(String, String?, ErasureSearch.Mark)] = [
            ("input", topics.input, .id), ("dead letters", topics.deadLetters, .id),
            ("output", topics.changes, .published), ("members", topics.members, .published),
        ]
        for (name, topic, mark) in searched {
            guard let topic else { continue }
            var progress = search.start
            guard try await search.search(topic, for: mark, &progress) else { continue }
            // A membership is deleted when the erasure is published.
            let waits = topic == topics.members
            try await add(
                name, topic, progress.traces, wait: waits ? publicationWait : 0,
                with: waits ? publication : "the next snapshot")
        }
        if let state { try await add("state", topics.state, state, wait: 0, with: "the next snapshot") }
        for (name, topic) in [("deltas", topics.deltas), ("models", topics.models)] {
            guard let rule = try await rules.rule(of: topic) else { continue }
            let place = rule.sums(name, includedAtMs: includedAtMs(read))
            for viewer in places.indices { places[viewer].append(place) }
        }
        if let checkpoints = try await checkpoints(key) {
            for viewer in places.indices { places[viewer].append(checkpoints[viewer]) }
        }
        let searchedMs = Self.now
        return zip(try configuration.pseudonyms(of: viewers, at: searchedMs), places).map { member, places in
            ErasureCertificate(
                application: configuration[\.applicationID], member: member,
                keyFingerprint: ErasureCertificate.text(key.fingerprint), sentMs: sent.timeMs, readMs: read.timeMs,
                searchedMs: searchedMs, places: places)
        }
    }

    /// The event time in ms after which an erasure is published at the latest, and what it is published with.
    private var publicationWait: Int64 { isPublishedAtOnce ? 0 : LifecycleRules.current.erasureWait }
    private var publication: String {
        isPublishedAtOnce
            ? "the next epoch"
            : "at least \(LifecycleRules.current.erasedTogether - 1) other erasures of the partition, or after a week of "
                + "event time"
    }

    private var isPublishedAtOnce: Bool {
        configuration[\.engine.fixed.outputEvery] == .event || configuration[\.engine.minClusterSize] <= 1
    }

    /// Searches the state, again and again until the last record of each viewer has no value.
    private func stateTraces(
        _ search: ErasureSearch, until end: ContinuousClock.Instant
    ) async throws -> [ErasureSearch.Traces]? {
        let interrupt = Interrupt(within: .seconds(5))
        var progress = search.start
        while true {
            guard try await search.search(configuration.topics.state, for: .stored, &progress) else { return nil }
            let isLeft = progress.traces.contains { $0.records > 0 && $0.deletedMs == nil }
            guard isLeft, ContinuousClock.now < end, !interrupt.isSet else { return progress.traces }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// The time at which the first model without the viewers is published at the latest, if the application keeps up.
    private func includedAtMs(_ read: Read) -> Int64 {
        let epoch = read.epochs.max().map { ($0 + 1) * configuration[\.engine.fixed.epochLength] }
        return max(epoch ?? 0, Self.now) + Int64(configuration[\.pipeline.idleTimeout] / .milliseconds(1))
    }

    /// Searches the checkpoints of this host; nil if there is no directory.
    private func checkpoints(_ key: PrivacyKey) async throws -> [ErasureCertificate.Place]? {
        guard let directory = configuration[\.pipeline.checkpointDirectory] else { return nil }
        let files = CheckpointFiles(
            directory: directory, application: configuration[\.applicationID],
            stateTopic: configuration.topics.state, key: key)
        let count = try await Admin(configuration.client(configuration.logger)).partitions(
            of: configuration.topics.input)
        var found = [Int](repeating: 0, count: viewers.count)
        for partition in 0..<(count ?? 0) {
            guard let saved = try await files.saved(partition) else { continue }
            for (viewer, id) in viewers.enumerated() where saved.members.contains(key.storedPseudonym(of: id)) {
                found[viewer] += 1
            }
        }
        let until = Self.now + Int64(configuration[\.pipeline.checkpointKeep] / .milliseconds(1))
        return found.map { records in
            .init(
                name: "checkpoints", location: directory, state: records > 0 ? .left : .gone, records: records,
                untilMs: records > 0 ? until : nil,
                rule: "replaced after checkpoint.interval, or deleted after checkpoint.keep; this host only")
        }
    }
}
