import ShoalOperations
import ShoalOperator

extension Command {
    static let accessAdd = Command(
        name: "access add", summary: "give access to the page and the API", arguments: ["NAME"],
        options: [
            Option(
                "role", "R", "viewer, operator, analyst or privacy-officer; repeatable (viewer)", isRepeatable: true),
            Option("subject", "DN", "instead of a token, take certificates with this subject"),
        ],
        details: """
            Prints a new token, and appends a line with NAME, its roles and the SHA-256 of the token to `api.access-file`, which
            running instances read again. A file that does not exist is made, readable for its owner only. The token is stored
            nowhere: give it to its bearer. To end it, delete its line. With --subject, it prints nothing: who has a certificate
            with that subject, signed by `api.ssl.ca.location`, needs no token.

            viewer            the page, clusters, models and changes
            operator          the state of the instances
            analyst           where one member is, with a reason, which the audit log keeps
            privacy-officer   the audit log
            """,
        examples: [
            "shoal access add anna --config shoal.properties",
            "shoal access add ben --role operator --subject CN=ben,O=Example",
        ]
    ) { arguments in
        guard let name = arguments.positional.first else {
            throw UsageError(description: "shoal access add: NAME is missing")
        }
        let roles = try arguments.choices("role", of: AccessTokens.Role.allCases.map(\.rawValue))
        let file = try AccessFile(arguments.configuration(created: ["api.access-file"]))
        if let subject = arguments["subject"] {
            try file.add(name, roles, subject: subject)
        } else {
            Output.line(try file.add(name, roles))
        }
        return .ok
    }
}
