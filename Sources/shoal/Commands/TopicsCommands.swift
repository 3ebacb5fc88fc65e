import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSettings

extension Command {
    static let topicsCreate = Command(
        name: "topics create", summary: "create the topics that Shoal reads and writes",
        options: [
            Option("partitions", "N", "partitions of input and output (8)"),
            Option("replication", "N", "replication factor (the brokers' default); 3 survives the loss of a broker"),
            Option("input-retention", "TIME", "retention of the input, such as 7d (the brokers' default)"),
            Option("keep-existing", nil, "end with 0 even if existing topics differ from the options"),
            Option("dry-run", nil, "print what would be created"),
        ],
        details: """
            Existing topics are not changed; `shoal topics describe` checks them. If an existing topic differs from --partitions,
            --replication or --input-retention, a line says so and the exit status is 2. The number of input partitions is fixed
            for the life of an application, and no more instances than partitions can work, so create a few partitions for each
            instance that you may ever run.

            input, output   --partitions, cleanup.policy=delete
            dead letters    1 partition, cleanup.policy=delete
            deltas          1 partition, retention of a week
            models          1 partition, unlimited retention
            state           as many as the input, compacted within a day

            With --replication 3 or more, all topics get min.insync.replicas=2.
            """,
        examples: [
            "shoal topics create --partitions 16 --replication 3 --set kafka.bootstrap.servers=broker:9092",
            "shoal topics create --partitions 16 --input-retention 30d --dry-run",
        ]
    ) { arguments in
        let partitions = try count(arguments, "partitions", atMost: 100_000)
        let replication = try count(arguments, "replication", atMost: 32_767)
        let retention = arguments["input-retention"].flatMap { Setting.milliseconds($0) }
        if let text = arguments["input-retention"], retention == nil {
            throw UsageError(description: "--input-retention \(text): must be a duration such as 36h or 7d")
        }
        let configuration = try arguments.configuration()
        let creation = TopicCreation(
            partitions: partitions, replication: replication, retention: retention,
            isDryRun: arguments.has("dry-run"), keepsExisting: arguments.has("keep-existing"))
        return try await creation.run(configuration, tell: { Output.line($0) }, report: Program.report)
    }

    static let topicsDescribe = Command(
        name: "topics describe", summary: "show the topics, and which of their settings are wrong and why",
        options: [Option("check", nil, "print only problems; the exit status is then 2")],
        details: """
            A NOTE may be intended; WRONG and MISSING must be repaired. If a right to describe is missing, the exit status is 77.
            The command checks partitions and their leaders, replicas and min.insync.replicas, cleanup.policy,
            unclean.leader.election.enable, retention.ms and retention.bytes, max.message.bytes, and for compacted topics
            max.compaction.lag.ms, min.compaction.lag.ms and delete.retention.ms: these guarantee that the data of an erased
            viewer is deleted and stays deleted.

            `kafka-configs.sh --alter --topic NAME --add-config NAME=VALUE` changes a topic's setting while Shoal runs.
            """,
        examples: [
            "shoal topics describe --set kafka.bootstrap.servers=broker:9092",
            "shoal topics describe --check --config shoal.properties && shoal run --config shoal.properties",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        return try await TopicDescription(isCheck: arguments.has("check")).run(configuration) { Output.line($0) }
    }

    /// - Returns: `nil` if the option was not given.
    private static func count(_ arguments: Arguments, _ name: String, atMost most: Int) throws -> Int32? {
        arguments.has(name) ? Int32(try arguments.integer(name, in: 1...most, or: 0)) : nil
    }
}
