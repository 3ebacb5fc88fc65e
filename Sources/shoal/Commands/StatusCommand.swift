import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

extension Command {
    static let status = Command(
        name: "status", summary: "show assignments, lag and the model of the application",
        options: [
            Option("json", nil, "print one JSON object on one line"),
            Option("watch", "SECONDS", "repeat until Ctrl-C"),
            Option("all", nil, "show every partition, even if there are many"),
            Option("check", nil, "print only problems; the exit status is then 2"),
            Option("min-instances", "N", "with --check: minimum number of instances (1)"),
            Option("max-lag", "RECORDS", "with --check: maximum lag of a partition in records"),
            Option("max-event-lag", "TIME", "with --check: maximum lag in event time, such as 15m or 2h"),
        ],
        details: """
            Reads everything from Kafka: contacts no instance, joins no group, commits nothing. Required rights are Describe on
            the group, and Read on the input and on the application's topics (`deploy/acls.sh status`).

            instance   the instance that owns the partition; `-`: none
            position   the committed offset, after waiting for an open transaction that is about to change it
            lag        records from the position to the high watermark; behind: the same in event time
            phase      `genesis`: before the first epoch; `open N`: handling events of epoch N; `waiting N`: waiting for the
                       model that opens epoch N
            closed     the last closed epoch of the partition; `end`: it is idle, and other partitions do not wait for it
            snapshot   time since its state was last written; an idle partition writes nothing

            The line for the epoch lists the partitions that have not closed it. The line for the model has the number of
            published clusters, whether none, 1 to 4, or 5 and more are suppressed because they are smaller than
            privacy.min-cluster-size, and numbers of members, rounded down to a multiple of it. These facts stand in clear, so
            the command needs no key.

            With --check, the command prints one line for each problem and nothing otherwise. Problems are: fewer instances than
            required, a partition without an owner while the group is stable, a partition without a committed offset, a number
            of partitions that differs from the application's first start, records in another partition than input.partitioner
            gives for their key, more lag than allowed, data that could not be read.
            """,
        examples: [
            "shoal status --config shoal.properties",
            "shoal status --watch 5",
            "shoal status --json | jq '.partitions[] | select(.lag > 1000)'",
            "shoal status --check --min-instances 2 --max-event-lag 30m || page-somebody",
        ]
    ) { arguments in
        let limits = try StatusLimits(arguments)
        let pause = try arguments["watch"].map { _ in try arguments.integer("watch", or: 1) }
        guard pause != 0 else { throw UsageError(description: "--watch 0: must be 1 or more") }
        if limits != nil, pause != nil { throw UsageError(description: "--check cannot be used with --watch") }
        if limits != nil, arguments.has("all") { throw UsageError(description: "--check cannot be used with --all") }
        let configuration = try arguments.configuration()
        let reader = try StatusReader(configuration)
        let format: StatusFormat = arguments.has("json") ? .json : .text(isWhole: arguments.has("all"))
        guard let pause else {
            let status = try await reader.read()
            if let limits { return try check(status, limits, isJSON: arguments.has("json")) }
            _ = StandardStream.output.write(try format.text(status))
            return .ok
        }
        try await StatusWatch(reader, format, every: .seconds(pause)).run()
        return .ok
    }

    private static func check(_ status: ApplicationStatus, _ limits: StatusLimits, isJSON: Bool) throws -> ExitCode {
        let problems = limits.problems(of: status)
        for problem in problems where !isJSON { Output.line(problem) }
        if isJSON { _ = StandardStream.output.write(try JSONText.line(["problems": problems])) }
        return problems.isEmpty ? .ok : .unfit
    }
}

extension StatusLimits {
    /// - Returns: `nil` if nothing is checked.
    /// - Throws: `UsageError`.
    init?(_ arguments: Arguments) throws {
        let names = ["min-instances", "max-lag", "max-event-lag"]
        guard arguments.has("check") else {
            if let name = names.first(where: arguments.has) {
                throw UsageError(description: "--\(name) requires --check")
            }
            return nil
        }
        self.init()
        instances = try arguments.integer("min-instances", or: 1)
        if arguments.has("max-lag") { lag = try arguments.integer("max-lag", or: 0) }
        if let text = arguments["max-event-lag"] {
            guard let time = Setting.milliseconds(text) else {
                throw UsageError(description: "--max-event-lag \(text): must be a duration such as 30s, 15m or 2h")
            }
            eventLag = time
        }
    }
}
