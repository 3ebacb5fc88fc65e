import Foundation
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSchemas

extension Command {
    static let reset = Command(
        name: "reset", summary: "forget what an application has computed, so that it begins anew",
        options: [
            Option("apply", nil, "do it, once the application's id has been typed"),
            Option("confirm", "NAME", "do it without asking; NAME is the application's id"),
            Option("wait", "TIME", "wait so long for the last instance to leave the group (0s)"),
            Option("with-output", nil, "also empty output.topic, and members.topic where it is set"),
            Option("with-dead-letters", nil, "also empty the dead-letter topic"),
        ],
        details: """
            Without --apply and --confirm it only says what would be done. Deleted are the group with its committed
            positions, and the topics of deltas, models and state, which are made anew with the settings and copies that they
            had; the state topic gets as many partitions as the input has now. The next `shoal run` begins at input.start,
            reads topics.file again and takes new values of settings that are fixed for an application's life.

            The input is never touched: what is still in it is what the application is computed from again. Output and
            dead letters stay unless named: subscribers see all changes a second time, with the ids that they had if the input
            is whole and no setting is another.

            It refuses while the group has members. A static member keeps its place until its session has ended (10 s, unless
            kafka.session.timeout.ms says otherwise), also after it was stopped: --wait 60s waits for that. Checkpoints of the
            application on this host (checkpoint.directory) are deleted; those on other hosts are set aside with a
            warning when an instance starts there, and may be deleted. Interrupted anywhere, it can be started again; until
            then no instance begins.

            Needed are Delete on the group, Describe on the input, and Create, Delete and DescribeConfigs on the other topics
            (`deploy/acls.sh reset`).
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
        let application = configuration.text("application.id")
        if let name = arguments["confirm"], name != application {
            throw UsageError(description: "--confirm \(name): the application's id is \(application); nothing was done")
        }
        let reset = try Reset(
            configuration, withOutput: arguments.has("with-output"),
            withDeadLetters: arguments.has("with-dead-letters"))
        let isMeant = arguments.has("apply") || arguments.has("confirm")
        guard isMeant || !arguments.has("wait") else {
            throw UsageError(description: "--wait goes with --apply or --confirm: without them nothing is waited for")
        }
        var plan = try await reset.plan(isMeant: isMeant)
        let end = ContinuousClock.now + .milliseconds(patience)
        if isMeant, !plan.instances.isEmpty, patience > 0 {
            Shoal.report("waiting for \(plan.instances.joined(separator: ", ")) to leave the group")
        }
        while isMeant, !plan.instances.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(500))
            plan = try await reset.plan(isMeant: isMeant)
        }
        let refusal =
            plan.instances.isEmpty || plan.isEmpty
            ? nil
            : "the group has members: \(plan.instances.joined(separator: ", ")). Stop them first; a static member keeps "
                + "its place until its session has ended (--wait 60s waits for that)"
        if isMeant, let refusal {
            // The plan is not shown: it would read as if it had been carried out.
            Shoal.report("refused, and nothing was done: \(refusal)")
            return .failed
        }
        for line in plan.lines { Output.line(line) }
        if plan.isEmpty { return .ok }
        guard isMeant else {
            if let refusal { Output.line("It would be refused now: \(refusal)") }
            Output.line("Nothing was done. --apply does it.")
            return .ok
        }
        if arguments["confirm"] == nil {
            guard StandardStream.input.isTerminal else {
                throw UsageError(
                    description: "nobody can be asked here: --confirm \(application) does it without asking")
            }
            let isAsked = StandardStream.output.write("Type the application's id, \(application), to go on: ")
            guard isAsked, readLine(strippingNewline: true) == application else {
                Shoal.report("that is not it; nothing was done")
                return .failed
            }
        }
        try await reset.apply(plan) { Output.line($0) }
        return .ok
    }
}
