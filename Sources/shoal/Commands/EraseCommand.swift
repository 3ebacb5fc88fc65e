import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSchemas

extension Command {
    static let erase = Command(
        name: "erase", summary: "erase viewers, and certify what is left",
        options: [
            Option("viewer", "ID", "the viewer's id; `-` reads it from standard input"),
            Option("file", "FILE", "read viewers' ids from FILE, one on each line; `-` is standard input"),
            .reason(.erase),
            Option("certify", nil, "search all topics, and print a certificate for each viewer, one line of JSON"),
            Option("opt-out", nil, "also put them on the opt-out list, so that their later events are dropped"),
            Option("wait", "TIME", "maximum time to wait for the application, twice with --certify (5m)"),
        ],
        details: """
            Sends a record with the viewer as its key and no value to the input, and waits until the application has committed
            that it has read it. From then on the viewer is in no profile and no membership. Each id writes a line to
            `audit.file` first. --opt-out requires `privacy.opt-out-topic`.

            --certify then waits until a snapshot has removed the viewer from the state (`snapshot.interval`), reads all topics
            and the checkpoints of this host again, and states for each: `gone`, `deleted` (gone when the topic is compacted) or
            `left`, and until when at the latest, in ms since 1970; null is without limit. The certificate names the viewer by
            the published pseudonym, and is signed with HMAC-SHA-256 under a key that derives from the privacy key. The key of
            the run is required. `shoal erase verify` checks a certificate.

            Exit status 0: the application has read the erasure. 1: it has not within --wait; the record is sent, and the
            command can be started again.
            """,
        examples: [
            "shoal erase --config shoal.properties --viewer - --reason 'request 81' --certify < viewer.txt > certificate.json",
            "shoal erase --config shoal.properties --file viewers.txt --reason 'requests of May'",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let access = try arguments.access(.erase, configuration)
        let limit = Duration.milliseconds(try arguments.duration("wait", in: 0...86_400_000, or: 300_000))
        let viewers = try arguments.viewers("erase")
        let key = try configuration.requireKey("erase requires the key of the run")
        try access.record(members: try configuration.pseudonyms(of: viewers))
        let erasure = try Erasure(configuration, viewers: viewers, optsOut: arguments.has("opt-out"))
        return try await erasure.run(certifying: arguments.has("certify") ? key : nil, limit: limit)
    }

    static let eraseVerify = Command(
        name: "erase verify", summary: "check the signatures of certificates of erasure",
        arguments: ["FILE"],
        details: """
            FILE holds certificates that `shoal erase --certify` wrote, one on each line; `-` is standard input. The privacy key
            under which they were signed is required.

            Exit status 0: all are valid. 65: one is not; the output names it.
            """,
        examples: ["shoal erase verify certificate.json --config shoal.properties"]
    ) { arguments in
        guard let path = arguments.positional.first else {
            throw UsageError(description: "shoal erase verify: FILE is missing; `-` is standard input")
        }
        let key = try arguments.configuration().requireKey("erase verify requires the key that signed the certificate")
        let problems = try ErasureCertificate.problems(path, key)
        Output.line(problems.isEmpty ? "\(path): valid" : problems.joined(separator: "\n"))
        return problems.isEmpty ? .ok : .different
    }
}

extension Arguments {
    /// Returns the viewers that one of two options names.
    /// - Throws: `UsageError`; `ReplayError`.
    func viewers(_ command: String, _ option: String = "viewer", file: String = "file") throws -> [[UInt8]] {
        guard has(option) != has(file) else {
            throw UsageError(description: "shoal \(command): give one of --\(option) and --\(file)")
        }
        return try self[file].map(ViewerIDs.all) ?? [ViewerIDs.one(self[option], file: nil) ?? []]
    }
}
