import Foundation
import ShoalOperations
import ShoalOperator
import TestSupport
import Testing

@Suite("The documents")
struct ReadmeTests {
    private static func text(_ file: String) throws -> String {
        try String(contentsOf: TestBroker.root.appending(path: file), encoding: .utf8)
    }

    @Test(
        "commands in the documents exist and take the options shown",
        arguments: [
            "README.md", "docs/auditing.md", "docs/events.md", "docs/operations.md", "docs/subscribing.md",
            "docs/tuning.md",
        ])
    func commands(_ file: String) throws {
        let lines = try Self.text(file).split(separator: "\n").filter { $0.hasPrefix("    ") }
        let commands = lines.compactMap { line -> [String]? in
            guard let range = line.range(of: #"(^    |\| |release/)shoal [a-z]"#, options: .regularExpression) else {
                return nil
            }
            let words = line[range.lowerBound...].drop { $0 != "s" }.split(separator: " ").map(String.init)
            return Array(words.drop { !$0.hasSuffix("shoal") }.dropFirst().prefix { $0 != "#" && $0 != "|" })
        }
        #expect(commands.count >= 4, "\(commands)")
        for command in commands {
            let result = try shoal(command + ["--help"])
            #expect(result.status == 0, "shoal \(command.joined(separator: " ")): \(result.output)")
        }
    }

    @Test("the guide for operators lists every exit status")
    func exitCodes() throws {
        let text = try Self.text("docs/operations.md")
        for code in ExitCode.allCases { #expect(text.contains("\n| \(code.rawValue) | "), "\(code)") }
    }

    @Test("the guide for operators lists every route, and names metrics that exist")
    func watching() throws {
        let text = try Self.text("docs/operations.md")
        for route in ["/livez", "/readyz", "/startupz", "/version", "/metrics"] {
            #expect(text.contains("\n| `\(route)` | "), "\(route)")
        }
        let names = text.matches(of: /`((?:shoal|kafka)_[a-z_]+)`/).map { String($0.1) }
        #expect(names.count >= 4 && names.allSatisfy { name in Metric.all.contains { $0.name == name } }, "\(names)")
    }
}
