import Foundation
import TestSupport
import Testing

@Suite("The example of a test in the guide for subscribers")
struct ReadmeExampleTests {
    @Test("is the file that is compiled and run here, line by line")
    func same() throws {
        func text(_ path: String) throws -> String {
            try String(contentsOf: TestBroker.root.appending(path: path), encoding: .utf8)
        }
        let example = try text("Tests/ShoalTestingTests/ReadmeExample.swift").split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
        #expect(
            try text("docs/subscribing.md").contains("\n" + example),
            "docs/subscribing.md must contain Tests/ShoalTestingTests/ReadmeExample.swift"
        )
    }
}
