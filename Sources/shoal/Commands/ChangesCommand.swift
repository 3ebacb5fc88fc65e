import ShoalClient
import ShoalOperations
import ShoalOperator
import ShoalReplay
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
            Option("member", "HEX", "only changes of this member, 32 hexadecimal digits"), .reason(.changes),
            Option("cluster", "N", "only changes that involve this cluster"),
            Option("kind", "K", "only changes of this kind, such as member_moved; may be repeated", isRepeatable: true),
            Option("limit", "N", "stop after N changes"),
        ], isStoppable: true,
        details: """
            Prints committed changes. A time is compared with the timestamps of records: 2026-11-24T10:00:00Z, or milliseconds
            since 1970. Positions are PARTITION:OFFSET, separated by commas; partitions that are not listed start at their first
            record. The stored position of a subscriber can be given as it is: it starts with the topic's name and a slash.

            --member shows data of one person: it needs --reason, and writes a line to `audit.file` before it reads anything.

            A record that is not a cluster change is reported on standard error and skipped. The exit status is then 65.
            """,
        examples: [
            "shoal changes --from beginning --until end",
            "shoal changes --json --kind member_moved | jq .to",
            "shoal changes --from 2026-11-24T10:00:00Z --cluster 7",
            "shoal changes --from 0:1200,1:1187",
            "shoal changes --from cluster-changes/0:1200,1:1187 --until end",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let filter = try ChangeFilter(arguments)
        if let member = filter.member {
            try arguments.access(.changes, configuration).record(members: [Hex.text(member)])
        }
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
        let printer = ChangePrinter(
            filter, limit: try arguments.integer("limit", or: .max), isJSON: arguments.has("json"))
        try await printer.run(subscription)
        return bad.withLock { $0 } == 0 ? .ok : .different
    }
}

extension ClusterChanges.Configuration {
    /// - Throws: `UsageError`.
    fileprivate mutating func begin(at text: String) throws {
        if text.contains("/") {
            guard let position = Position(text) else {
                throw UsageError(
                    description: "--from \(text): not a position: TOPIC/0:OFFSET,1:OFFSET,... must list all "
                        + "partitions in their order")
            }
            start = .after(position)
            return
        }
        switch try TopicBound(text, option: "from", or: ", or a stored position") {
        case .beginning: start = .beginning
        case .end: start = .end
        case .time(let time): start = .time(time)
        case .offsets(let offsets): (start, positions) = (.beginning, offsets)
        }
    }
}

extension ChangeFilter {
    /// - Throws: `UsageError`.
    fileprivate init(_ arguments: Arguments) throws {
        self.init()
        if let text = arguments["member"] {
            guard let member = Hex.pseudonym(text) else {
                throw UsageError(description: "--member \(text): must be 32 hexadecimal digits")
            }
            self.member = member
        }
        if arguments["cluster"] != nil { cluster = UInt32(clamping: try arguments.integer("cluster", or: 0)) }
        let names = try arguments.choices("kind", of: ClusterChange.Kind.allCases.map(\.name))
        kinds = Set(ClusterChange.Kind.allCases.filter { names.contains($0.name) })
    }
}
