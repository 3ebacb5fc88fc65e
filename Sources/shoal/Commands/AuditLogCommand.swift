import ShoalOperations
import ShoalOperator
import ShoalSettings

extension Command {
    static let auditLogVerify = Command(
        name: "audit-log verify", summary: "check that no line of the audit log was removed or changed",
        arguments: ["FILE..."],
        options: [
            Option(
                "head", "HASH", "a hash that an earlier check printed and that must be in the log; may be repeated",
                isRepeatable: true),
            Option("since", "TIME", "with audit.topic: compare only heads that came there since TIME"),
            Option("json", nil, "print JSON"),
        ],
        details: """
            Each line of the audit log has its number in the chain of its writer (host and user) and the SHA-256 of that
            writer's line before. This reads each FILE, or `audit.file`, and prints for each writer the number of lines and the
            hash of the last one, the head.

            Lines that were removed from the end, or all lines of a writer, leave no trace in the file. With `audit.topic` the
            heads are there, and must be in the log: those of the hosts with lines in the files, and of this host. Otherwise keep
            the heads in another place, and pass them with --head the next time. A file that was rotated away is a log of its
            own: name it, too, or say with --since when the first file begins.

            Exit status 0: all chains are complete. 65: a line is missing, was changed or was inserted; the output names it.
            """,
        examples: [
            "shoal audit-log verify --config shoal.properties",
            "shoal audit-log verify /var/log/shoal/audit.log.1 /var/log/shoal/audit.log --head 5f0c…",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        guard !arguments.positional.isEmpty || configuration[\.auditFile] != nil else {
            throw UsageError(description: "shoal audit-log verify: name a FILE, or set audit.file")
        }
        let report = try await AuditReport(
            configuration, arguments.positional, heads: arguments.all("head"), since: arguments.time("since"))
        if arguments.has("json") { Output.json(try JSONText.line(report)) } else { Output.line(report.text) }
        return report.problems.isEmpty ? .ok : .different
    }
}
