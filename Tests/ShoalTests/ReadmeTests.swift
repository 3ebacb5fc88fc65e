import Foundation
import Operations
import TestSupport
import Testing

@Suite("The README")
struct ReadmeTests {
    private static func text(_ file: String = "README.md") throws -> String {
        try String(contentsOf: TestBroker.root.appending(path: file), encoding: .utf8)
    }

    @Test(
        "its commands exist, and take the options that it gives them, and so it is in the guide for operators",
        arguments: ["README.md", "deploy/README.md"])
    func commands(_ file: String) throws {
        let lines = try Self.text(file).split(separator: "\n").filter { $0.hasPrefix("    ") }
        let commands = lines.compactMap { line -> [String]? in
            guard let range = line.range(of: #"(^    |\| |release/)shoal [a-z]"#, options: .regularExpression) else {
                return nil
            }
            let words = line[range.lowerBound...].drop { $0 != "s" }.split(separator: " ").map(String.init)
            return Array(words.drop { !$0.hasSuffix("shoal") }.dropFirst().prefix { $0 != "#" && $0 != "|" })
        }
        #expect(commands.count >= 8, "\(commands)")
        for command in commands {
            let result = try shoal(command + ["--help"])
            #expect(result.status == 0, "shoal \(command.joined(separator: " ")): \(result.output)")
        }
    }

    @Test("every exit status is in its table")
    func exitCodes() throws {
        let text = try Self.text()
        for code in ExitCode.allCases { #expect(text.contains("\n| \(code.rawValue) | "), "\(code)") }
    }

    @Test("its section on watching names every route, and metrics that exist")
    func watching() throws {
        let text = try Self.text()
        for route in ["/livez", "/readyz", "/startupz", "/version", "/metrics"] {
            #expect(text.contains("\n| `\(route)` | "), "\(route)")
        }
        let names = text.matches(of: /`((?:shoal|kafka)_[a-z_]+)`/).map { String($0.1) }
        #expect(names.count >= 4 && names.allSatisfy { name in Metric.all.contains { $0.name == name } }, "\(names)")
    }
}
