import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

extension Command {
    static let reset = Command(
        name: "reset", summary: "delete everything that an application has computed",
        options: [
            Option("apply", nil, "do it, after the application's id has been typed"),
            Option("confirm", "NAME", "do it without asking; NAME is the application's id"),
            Option("wait", "TIME", "maximum time to wait for the last instance to leave the group (0s)"),
            Option("with-output", nil, "also empty output.topic, and members.topic and clusters.topic if they are set"),
            Option("with-dead-letters", nil, "also empty the dead-letter topic"),
        ],
        details: """
            Without --apply and --confirm, the command only prints what it would do. It deletes the group with its committed
            offsets, and deletes and recreates the topics for deltas, models and state with the same settings and replication;
            the state topic gets as many partitions as the input has now. The next `shoal run` starts at input.start, reads
            topics.file again, and accepts new values of settings that are fixed for the life of an application.

            The input is never changed: the application is computed again from the records that it still has. Output and dead
            letters are kept unless options name them: subscribers receive all changes a second time, with the same ids if the
            input is complete and no setting has changed.

            The command refuses to run while the group has members. A static member keeps its place until its session ends (10 s,
            or kafka.session.timeout.ms), even after it was stopped: --wait 60s waits for that. Checkpoints of the application on
            this host (checkpoint.directory) are deleted; an instance on another host ignores its old checkpoints with a warning,
            and they may be deleted. An interrupted reset can be started again; until it is complete, no instance starts.

            Required rights are Delete on the group, Describe on the input, and Create, Delete and DescribeConfigs on the other
            topics (`deploy/acls.sh reset`).
            """,
        examples: [
            "shoal reset --config shoal.properties",
            "shoal reset --config shoal.properties --apply --wait 60s",
            "shoal reset --config shoal.properties --confirm shoal --with-output",
        ]
    ) { arguments in
        let patience = arguments["wait"].map { Setting.milliseconds($0) } ?? 0
        guard let patience else {
            throw UsageError(description: "--wait \(arguments["wait"] ?? ""): must be a duration such as 30s or 2m")
        }
        let configuration = try arguments.configuration()
        let application = configuration[\.applicationID]
        if let name = arguments["confirm"], name != application {
            throw UsageError(
                description: "--confirm \(name): the application's id is \(application); nothing was "
                    + "changed")
        }
        let reset = try Reset(
            configuration, withOutput: arguments.has("with-output"),
            withDeadLetters: arguments.has("with-dead-letters"))
        let isMeant = arguments.has("apply") || arguments.has("confirm")
        guard isMeant || !arguments.has("wait") else {
            throw UsageError(description: "--wait requires --apply or --confirm")
        }
        let plan = try await reset.plan(isMeant: isMeant, patience: .milliseconds(patience))
        if isMeant, let refusal = plan.refusal {
            // The plan is not shown: it would read as if it had been carried out.
            Program.report("refused; nothing was changed: \(refusal)")
            return .failed
        }
        for line in plan.lines { Output.line(line) }
        if plan.isEmpty { return .ok }
        guard isMeant else {
            if let refusal = plan.refusal { Output.line("It would be refused now: \(refusal)") }
            Output.line("Nothing was changed. Use --apply to run it.")
            return .ok
        }
        if arguments["confirm"] == nil {
            guard StandardStream.input.isTerminal else {
                throw UsageError(
                    description: "standard input is not a terminal: use --confirm \(application) to run it without a "
                        + "question")
            }
            let isAsked = StandardStream.output.write("Type the application's id, \(application), to continue: ")
            guard isAsked, readLine(strippingNewline: true) == application else {
                Program.report("the id does not match; nothing was changed")
                return .failed
            }
        }
        try await reset.apply(plan) { Output.line($0) }
        return .ok
    }
}
