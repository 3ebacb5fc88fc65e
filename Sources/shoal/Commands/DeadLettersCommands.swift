import Foundation
import ShoalClustering
import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSettings
import Synchronization

extension Command {
    static let deadLettersList = Command(
        name: "dead-letters list", summary: "list the records that are not watch events",
        options: DeadLetterFilter.options + [
            Option("limit", "N", "stop after N dead letters"),
            Option("summary", nil, "print only the number of dead letters for each reason"),
            Option("json", nil, "print one JSON object per line"),
            Option("show-content", nil, "also print keys, values and headers: these identify viewers"),
            Option("why", "TEXT", "with --show-content: why you look at viewers; it is written to the audit log"),
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
            let name = "dead-letters list --show-content"
            let access = try AccessLog(configuration, name, needsKey: false) {
                try arguments.reason(name, option: "why")
            }
            try access.record(
                "dead-letters list", what: filter.text(topic: configuration.deadLettersTopic, limit: arguments["limit"])
            )
        }
        let box = try DeadLetterBox(
            configuration.client(configuration.logger), topic: configuration.deadLettersTopic)
        let resubmitted = try await box.resubmitted()
        var lines = DeadLetterLines(
            isJSON: arguments.has("json"), isSummary: arguments.has("summary"),
            showsContent: arguments.has("show-content"), resubmitted)
        let bad = InvalidDeadLetters()
        let interrupt = Interrupt(within: .seconds(15))
        if arguments.has("show-content") { Program.report("the output contains viewers' ids and events") }
        if limit > 0 {
            try await box.read(from: filter.from, until: filter.until, onInvalid: bad.report) { letter in
                guard filter.matches(letter) else { return !interrupt.isSet }
                let isRead = try lines.add(letter)
                return isRead && lines.count < limit && !interrupt.isSet
            }
        }
        try lines.end()
        return bad.status
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
        let input = configuration[\.inputTopic]
        let kafka = configuration.client(configuration.logger)
        guard let partitions = try await Admin(kafka).partitions(of: input) else {
            throw PipelineError(.missingData, "\(input) does not exist; create it with `shoal topics create`")
        }
        let box = try DeadLetterBox(kafka, topic: configuration.deadLettersTopic)
        var choice = DeadLetterChoice(
            input: input, resubmitted: try await box.resubmitted(), isAgain: arguments.has("again"))
        var resubmission =
            arguments.has("dry-run")
            ? nil
            : try DeadLetterBox.Resubmission(
                kafka, application: configuration[\.applicationID], input: input, partitions: partitions,
                partitioner: configuration[\.engine].fixed.partitioner, deadLetters: configuration.deadLettersTopic
            )
        let interrupt = Interrupt(within: .seconds(15))
        let bad = InvalidDeadLetters()
        do {
            try await box.read(from: filter.from, until: filter.until, onInvalid: bad.report) { letter in
                if filter.matches(letter), choice.takes(letter) { try resubmission?.add(letter) }
                return !interrupt.isSet
            }
            try resubmission?.commit()
        } catch {
            if let resubmission { Program.report("\(resubmission.sent) were sent to \(input) before this error") }
            throw error
        }
        Output.line(choice.summary(sent: resubmission?.sent))
        return bad.status
    }
}
