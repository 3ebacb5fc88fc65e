internal import Foundation
internal import ShoalKafka
internal import ShoalSchemas

/// Periodically checks the topics and the consumer group, independently of the processing: whether topics were deleted
/// or re-created, which members of the group are foreign, and which members a rebalance waits for.
struct ClusterWatch {
    let options: PipelineOptions
    let admin: Admin
    let statistics: PipelineStatistics
    let log: PipelineLog

    private static let pause = Duration.seconds(2)
    /// Of how many checks of the topics one is of the group as well, while nothing is suspicious.
    private static let groupChecks = 3
    private static let suspiciousPause = Duration.milliseconds(700)
    /// The minimum time between two log lines about the same foreign member.
    private static let notice = Duration.seconds(60)

    /// Runs until it is cancelled.
    /// - Parameter fail: Called once with the reason if the instance cannot continue.
    func run(_ fail: (PipelineError) -> Void) async {
        var known = KnownTopics()
        var group = GroupView()
        // Logs are recognized by records that are newer than this moment.
        let start = Int64(Date().timeIntervalSince1970 * 1_000)
        var isHurried = true
        while !Task.isCancelled {
            if let reason = await checkTopics(&known, start) {
                return fail(
                    PipelineError(
                        .missingData,
                        "\(reason) while this instance was running: records are lost, or belong to another "
                            + "application. Start a new application with another application.id, or reset this one "
                            + "with `shoal reset`"))
            }
            if isHurried || known.rounds % Self.groupChecks == 1 { await readGroup(&group) }
            isHurried = known.identity.isSuspicious || statistics.snapshot.state.isWaitingForGroup
            do { try await Task.sleep(for: isHurried ? Self.suspiciousPause : Self.pause) } catch { return }
        }
    }

    // MARK: - Topics

    /// What is known of the topics.
    private struct KnownTopics {
        var identity = LogIdentity()
        /// The number of partitions of each topic that exists.
        var counts: [String: Int32] = [:]
        /// The number of checks.
        var rounds = 0
    }

    /// - Returns: The reason if a topic was deleted or re-created; nil if not, or if brokers do not answer.
    private func checkTopics(_ known: inout KnownTopics, _ start: Int64) async -> String? {
        let topics = options.topics
        let written = topics.published + [topics.deadLetters]
        let names = [topics.input, topics.deltas, topics.models, topics.state] + written
        // A request for each topic is costly. The ends of their partitions, which take one in all, tell if topics are gone, so
        // that only new partitions are to be found: in one topic at a time.
        let isEasy = !known.identity.isSuspicious && names.allSatisfy { known.counts[$0] != nil }
        let asked = isEasy ? [names[known.rounds % names.count]] : names
        known.rounds += 1
        if let reason = await countPartitions(of: asked, &known) { return reason }
        let found = statistics.snapshot
        let assigned = found.partitions.keys.sorted()
        var places = [TopicPartition(topics.deltas, 0), TopicPartition(topics.models, 0)]
        for topic in [topics.input, topics.state] { places += assigned.map { TopicPartition(topic, $0) } }
        for topic in written {
            places += (0..<(known.counts[topic] ?? 0)).map { TopicPartition(topic, $0) }
        }
        places.removeAll { known.counts[$0.topic] == nil }
        // Query the ends first, so that a record written between the two queries is after the end.
        let ends = (try? await admin.offsets(of: places, atTime: nil)) ?? [:]
        if isEasy, places.contains(where: { ends[$0] == nil }) {
            let reason = await countPartitions(of: names.filter { !asked.contains($0) }, &known)
            if let reason { return reason }
        }
        guard !ends.isEmpty, let firsts = try? await admin.offsets(of: places, atTime: start) else { return nil }
        for place in places {
            guard let end = ends[place], end >= 0 else { continue }
            let position = place.topic == topics.input ? found.partitions[place.partition]?.offset : nil
            let reason = known.identity.saw(place, end: end, position: position ?? 0, first: firsts[place])
            if let reason { return reason }
        }
        return nil
    }

    /// - Returns: The reason if a topic was deleted or re-created.
    private func countPartitions(of names: [String], _ known: inout KnownTopics) async -> String? {
        for name in names {
            guard let answer = try? await admin.partitions(of: name, timeout: .seconds(5)) as Int32?? else { continue }
            known.counts[name] = answer
            if let reason = known.identity.saw(name, partitions: answer) { return reason }
        }
        return nil
    }

    // MARK: - The group

    /// The last observed state of the group.
    private struct GroupView {
        var foreign: [ForeignMember] = []
        var told = ContinuousClock.now - .seconds(3_600)
        /// The time since which this instance waits for an assignment, in ms since 1970.
        var waitingSince: Int64?
        var waitsFor: [String] = []
    }

    private func readGroup(_ view: inout GroupView) async {
        guard options.checksTopics,
            let group = try? await admin.describe(group: options.application, timeout: .seconds(5))
        else { return }
        let foreign = await group.foreignMembers(
            admin, group: options.application, clientID: options.kafka.settings["client.id"],
            topics: [options.topics.input, options.topics.deltas])
        tell(foreign, &view)
        reportWait(group, &view)
    }

    private func tell(_ foreign: [ForeignMember], _ view: inout GroupView) {
        let isNew = foreign != view.foreign
        if isNew { statistics.change { $0.foreignMembers = foreign } }
        if foreign.isEmpty {
            if isNew { log.info("foreign members have left the consumer group", ("group", options.application)) }
        } else if isNew || ContinuousClock.now - view.told > Self.notice {
            view.told = .now
            for member in foreign {
                log.error(
                    "a foreign member is in the consumer group: another program uses application.id as its group. "
                        + "Stop it",
                    ("group", options.application), ("client", member.client), ("host", member.host),
                    ("member", member.id), ("partitions", member.partitions.map(\.description).joined(separator: ", ")))
            }
        }
        view.foreign = foreign
    }

    /// Publishes the members that a rebalance waits for. The group does not report which members have rejoined, but it
    /// removes missing members when their session times out.
    private func reportWait(_ group: Admin.Group, _ view: inout GroupView) {
        guard statistics.snapshot.state.isWaitingForGroup, group.state == .rebalancing else {
            if view.waitingSince != nil { statistics.change { $0.groupWait = nil } }
            (view.waitingSince, view.waitsFor) = (nil, [])
            return
        }
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        let since = view.waitingSince ?? now
        view.waitingSince = since
        let others = group.members.filter { $0.instance != options.instance }
        let names = others.map { "\($0.instance ?? $0.client) (\($0.host))" }
        guard !names.isEmpty, names != view.waitsFor else { return }
        view.waitsFor = names
        let wait = GroupWait(members: names, until: since + options.effectiveSessionTimeout)
        statistics.change { $0.groupWait = wait }
        log.info(
            "waiting for members of the group to rejoin", ("members", names.joined(separator: ", ")),
            ("until", wait.untilText))
    }
}

/// The members that a rebalance waits for.
public struct GroupWait: Equatable, Sendable {
    public var members: [String]
    /// The latest time at which the session of a missing member ends, in ms since 1970.
    public var until: Int64

    var untilText: String { Formatting.time(until) }

    var text: String {
        "waiting for \(members.joined(separator: ", ")) to rejoin; missing members are removed by \(untilText)"
    }
}

extension InstanceState {
    /// In the group, and without an assignment.
    var isWaitingForGroup: Bool { self == .joining || self == .released }
}
