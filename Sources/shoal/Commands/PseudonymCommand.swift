import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSchemas

extension Command {
    static let pseudonym = Command(
        name: "pseudonym", summary: "print the published pseudonym of a viewer",
        options: [
            Option("viewer", "ID", "the viewer's id; `-` reads it from standard input"),
            Option("file", "FILE", "read viewers' ids from FILE, one on each line; `-` is standard input"),
            Option("at", "TIME", "with privacy.rotation: the event time of the pseudonym (now)"),
            .reason(.pseudonym),
        ],
        details: """
            Prints the pseudonym under which a viewer is in the output and in `members.topic`: 32 hexadecimal digits, a line for
            each id, in the order of the file. So a team that has the key can join the output with its own data. It needs no
            broker. The key is required, and because the pseudonym of a person leads to everything that is published about
            that person, each id writes a line to `audit.file` first: time, user, pseudonym and reason.

            The formula is in docs/determinism.md. Other users of a machine can see the arguments of a running command. To hide
            a viewer's id from them, put it into a file or on standard input.
            """,
        examples: [
            "shoal pseudonym --config shoal.properties --viewer - --reason 'ticket 4711' < viewer.txt",
            "shoal pseudonym --config shoal.properties --file viewers.txt --reason 'campaign 12' | paste viewers.txt -",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
        let access = try arguments.access(.pseudonym, configuration)
        let viewers = try arguments.viewers("pseudonym")
        let pseudonyms = try configuration.pseudonyms(of: viewers, at: try arguments.time("at"))
        try access.record(members: pseudonyms)
        for pseudonym in pseudonyms { Output.line(pseudonym) }
        return .ok
    }
}
