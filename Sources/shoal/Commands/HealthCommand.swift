import Foundation
import ShoalOperations
import ShoalOperator
import ShoalSettings

extension Command {
    static let health = Command(
        name: "health", summary: "check the health of a running instance on this machine",
        options: [
            Option("probe", "P", "live, ready or started (live)"),
            Option("address", "A", "HOST:PORT or :PORT (http.listen of the settings)"),
            Option("timeout", "T", "maximum time to wait for the response (5s)"),
        ],
        details: """
            Requests /livez, /readyz or /startupz from an instance that serves health over HTTP (http.listen), and prints the
            response, one check per line. The exit status is 0 if all checks pass, and 1 if one fails or nothing responds, as
            health checks of containers expect. The command needs no broker, curl or shell.
            """,
        examples: [
            "shoal health --address :8080", "SHOAL_HTTP_LISTEN=:8080 shoal health --probe ready",
            "shoal health --config /etc/shoal/shoal.properties --probe started --timeout 500ms",
        ]
    ) { arguments in
        let path: String
        switch arguments["probe"] ?? "live" {
        case "live": path = "/livez"
        case "ready": path = "/readyz"
        case "started": path = "/startupz"
        case let other: throw UsageError(description: "--probe \(other): must be live, ready or started")
        }
        let time = arguments["timeout"] ?? "5s"
        guard let timeout = Setting.milliseconds(time), timeout > 0 else {
            throw UsageError(description: "--timeout \(time): must be a duration such as 500ms or 5s, above 0")
        }
        let probe = HTTPProbe(try address(arguments), timeout: .milliseconds(timeout))
        do {
            let answer = try probe.get("\(path)?verbose")
            Output.line(answer.body.trimmingCharacters(in: .newlines))
            return answer.status == 200 ? .ok : .failed
        } catch {
            Program.report("\(error)")
            return .failed
        }
    }

    private static func address(_ arguments: Arguments) throws -> ListenAddress {
        if let text = arguments["address"] {
            guard let address = ListenAddress(text), address.port != 0 else {
                throw UsageError(description: "--address \(text): must be HOST:PORT or :PORT, such as localhost:8080")
            }
            return address
        }
        guard let address = try arguments.configuration()[\.httpListen] else {
            throw Configuration.Invalid(problems: [
                "http.listen is not set, so the instance serves no health checks. Set it, or use --address"
            ])
        }
        guard address.port != 0 else {
            throw Configuration.Invalid(problems: [
                "http.listen=\(address) uses any free port: the log of the instance shows which. Use --address"
            ])
        }
        return address
    }
}
