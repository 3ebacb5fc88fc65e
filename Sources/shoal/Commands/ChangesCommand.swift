import ShoalClient
import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalSchemas
import ShoalSettings
import Synchronization

extension Command {
    static let changes = Command(
        name: "changes", summary: "follow the output topic",
        options: [
            Option("from", "WHERE", "where to start: beginning, end, a time, or positions (end)"),
            Option("until", "end", "stop at the current end of the topic"),
            Option("json", nil, "print one JSON object per line"),
            Option("member", "HEX", "only changes of this member, 32 hexadecimal digits"),
            Option("cluster", "N", "only changes that involve this cluster"),
            Option("kind", "K", "only changes of this kind, such as member_moved; may be repeated", isRepeatable: true),
            Option("limit", "N", "stop after N changes"),
        ], isStoppable: true,
        details: """
            Prints committed changes. A time is compared with the timestamps of records: 2026-11-24T10:00:00Z, or milliseconds
            since 1970. Positions are PARTITION:OFFSET, separated by commas; partitions that are not listed start at their first
            record. The stored position of a subscriber can be given as it is: it starts with the topic's name and a slash.

            A record that is not a cluster change is reported on standard error and skipped. The exit status is then 65.
            """,
        examples: [
            "shoal changes --from beginning --until end",
            "shoal changes --json --kind member_moved | jq .member",
            "shoal changes --from 2026-11-24T10:00:00Z --cluster 7",
            "shoal changes --from 0:1200,1:1187",
            "shoal changes --from cluster-changes/0:1200,1:1187 --until end",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let filter = try ChangeFilter(arguments)
        var subscription = ClusterChanges.Configuration(
            kafka: configuration.client(configuration.logger), topic: configuration[\.outputTopic])
        try subscription.begin(at: arguments["from"] ?? "end")
        if let until = arguments["until"] {
            guard until == "end" else { throw UsageError(description: "--until \(until): only `end` is known") }
            subscription.stopsAtEnd = true
        }
        let bad = Mutex(0)
        subscription.onInvalidRecord = { record in
            bad.withLock { $0 += 1 }
            Program.report("\(record). It is skipped.")
        }
        try await show(
            subscription, filter, limit: try arguments.integer("limit", or: .max), isJSON: arguments.has("json"))
        return bad.withLock { $0 } == 0 ? .ok : .different
    }

    private static func show(
        _ subscription: ClusterChanges.Configuration, _ filter: ChangeFilter, limit: Int, isJSON: Bool
    ) async throws {
        let interrupt = Interrupt(within: .seconds(5))
        let output = StandardStream.output
        let hasColor = output.hasColor
        var iterator = ClusterChanges(subscription).makeAsyncIterator()
        var line: [UInt8] = []
        var shown = 0
        var isRead = true
        defer { _ = output.flush() }
        while shown < limit, isRead, !interrupt.isSet {
            guard let next = try await iterator.next(timeout: .zero) else {
                if iterator.isAtEnd { break }
                // No record is available: flush, and check whether the reader has gone.
                isRead = output.flush() && output.isRead
                if isRead { try await Task.sleep(for: .milliseconds(50)) }
                continue
            }
            guard filter.matches(next.change) else { continue }
            shown += 1
            line.removeAll(keepingCapacity: true)
            if isJSON {
                next.change.encodeJSON(into: &line)
                if line.contains(where: { $0 >= 0x7F }) {
                    line = Array(String(decoding: line, as: UTF8.self).printableJSON.utf8)
                }
            } else {
                line += next.change.sentence(hasColor: hasColor).utf8
            }
            line.append(UInt8(ascii: "\n"))
            isRead = output.append(line)
        }
    }
}

extension ClusterChanges.Configuration {
    /// - Throws: `UsageError`.
    fileprivate mutating func begin(at text: String) throws {
        switch text {
        case "beginning": start = .beginning
        case "end": start = .end
        case _ where text.contains("/"):
            guard let position = Position(text) else {
                throw UsageError(
                    description: "--from \(text): not a position: TOPIC/0:OFFSET,1:OFFSET,... must list all "
                        + "partitions in their order")
            }
            start = .after(position)
        case _ where text.contains(":") && !text.contains("T"):
            start = .beginning
            positions = try RecordPositions.parse(text, option: "from")
        default:
            guard let time = RecordPositions.time(text) else {
                throw UsageError(
                    description: "--from \(text): must be beginning, end, a time (2026-11-24T10:00:00Z, or "
                        + "milliseconds since 1970), PARTITION:OFFSET,..., or a stored position")
            }
            start = .time(time)
        }
    }
}

/// Selects the changes to show.
private struct ChangeFilter {
    private var member: UInt128?
    private var cluster: UInt32?
    /// Empty: all.
    private var kinds: Set<ClusterChange.Kind> = []

    init(_ arguments: Arguments) throws {
        if let text = arguments["member"] {
            guard text.count == 32, let member = UInt128(text, radix: 16) else {
                throw UsageError(description: "--member \(text): must be 32 hexadecimal digits")
            }
            self.member = member
        }
        if arguments["cluster"] != nil { cluster = UInt32(clamping: try arguments.integer("cluster", or: 0)) }
        let names = try arguments.choices("kind", of: ClusterChange.Kind.allCases.map(\.name))
        kinds = Set(ClusterChange.Kind.allCases.filter { names.contains($0.name) })
    }

    func matches(_ change: ClusterChange) -> Bool {
        if let member, change.member != member { return false }
        if !kinds.isEmpty, !kinds.contains(change.kind) { return false }
        guard let cluster else { return true }
        return [change.cluster, change.from, change.to, change.otherCluster].contains(cluster)
    }
}
