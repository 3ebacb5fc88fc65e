import ShoalOperations
import ShoalOperator

extension Command {
    static let deadLettersList = Command(
        name: "dead-letters list", summary: "list the records that are not watch events",
        options: DeadLetterFilter.options + [
            Option("limit", "N", "stop after N dead letters"),
            Option("summary", nil, "print only the number of dead letters for each reason"),
            Option("json", nil, "print one JSON object per line"),
            Option("show-content", nil, "also print keys, values and headers: these identify viewers"),
            .reason(.deadLetters),
        ],
        details: """
            Prints a line for each dead letter: its time, the reason, the record's input position and size, the position of the
            dead letter and its state, and the invalid field with the expected value. The states are:

            cut          too large for a dead letter: only the beginning is stored
            left out     dead-letters.content=reason, or the record had no content
            resubmitted  `shoal dead-letters resubmit` has sent it to the input again
            came back    a resubmitted record that is still not a watch event

            The output contains no viewer and no byte of a record, unless --show-content is given: it is then as personal as the
            input, and must not be copied into tickets or chats. Therefore it needs --why, and writes a line to `audit.file`
            before it reads anything: time, user, what is shown and why. Content that is not UTF-8 is printed in base64.

            A record that is not a dead letter is reported on standard error and skipped. The exit status is then 65.
            """,
        examples: [
            "shoal dead-letters list --summary",
            "shoal dead-letters list --reason key_mismatch --from 2026-11-24T10:00:00Z",
            "shoal dead-letters list --json | jq -r '[.reason, .topic] | @tsv' | sort | uniq -c",
        ]
    ) { arguments in
        if arguments.has("summary"), arguments.has("show-content") {
            throw UsageError(description: "--show-content cannot be used with --summary, which shows no records")
        }
        let filter = try DeadLetterFilter(arguments)
        let limit = try arguments.integer("limit", or: .max)
        let configuration = try arguments.configuration()
        if arguments.has("show-content") {
            let access = try arguments.access(.deadLetters, configuration)
            try access.record(what: filter.text(topic: configuration.deadLettersTopic, limit: arguments["limit"]))
        }
        if arguments.has("show-content") { Program.report("the output contains viewers' ids and events") }
        let lines = DeadLetterLines(
            isJSON: arguments.has("json"), isSummary: arguments.has("summary"),
            showsContent: arguments.has("show-content"))
        return try await DeadLetters(configuration, filter).list(lines, limit: limit)
    }

    static let deadLettersResubmit = Command(
        name: "dead-letters resubmit", summary: "send dead letters to the input again",
        options: DeadLetterFilter.options + [
            Option("all", nil, "all reasons"),
            Option("again", nil, "also those that were resubmitted before, and those that came back"),
            Option("dry-run", nil, "print how many would be sent"),
        ],
        details: """
            Sends key, value and headers unchanged to the partition that input.partitioner gives for the key (without a key, or
            with `any`: to the record's original partition), with a header `shoal.resubmitted` that names the dead letter. A
            record without a key and with a header `resubmitted` stores that fact in the dead-letter topic. Both are written in
            one transaction, so each dead letter is sent once, even if the command is interrupted and started again. The dead
            letters remain in their topic.

            Use it after the cause has been removed: input.viewer or input.format was wrong, or a newer version accepts more.
            Records that are still not watch events come back as dead letters, and are not sent again without --again. The
            events are late by then, which the engine handles; an event whose id was counted in the meantime counts once
            (dedup.window).

            wrong_partition is an erasure in the wrong partition. It has erased the viewer there; the resubmitted record erases
            the viewer in the right partition.

            Dead letters that were cut, or left out by dead-letters.content=reason, cannot be sent; they are counted.
            """,
        examples: [
            "shoal dead-letters resubmit --reason key_mismatch --dry-run",
            "shoal dead-letters resubmit --reason key_mismatch",
            "shoal dead-letters resubmit --all --from 2026-11-24T10:00:00Z",
        ]
    ) { arguments in
        let filter = try DeadLetterFilter(arguments)
        guard arguments.has("reason") || arguments.has("all") else {
            throw UsageError(
                description: "shoal dead-letters resubmit: use --reason R or --all; "
                    + "`shoal dead-letters list --summary` lists the reasons")
        }
        guard !arguments.has("reason") || !arguments.has("all") else {
            throw UsageError(description: "--all means any reason, and cannot be used with --reason")
        }
        let configuration = try arguments.configuration()
        return try await DeadLetters(configuration, filter)
            .resubmit(isAgain: arguments.has("again"), isDryRun: arguments.has("dry-run"))
    }
}
