import Foundation
import TestSupport
import Testing

@Suite("The README's example of a test")
struct ReadmeExampleTests {
    @Test("is the one that is compiled and run here, line by line")
    func same() throws {
        func text(_ path: String) throws -> String {
            try String(contentsOf: TestBroker.root.appending(path: path), encoding: .utf8)
        }
        let example = try text("Tests/ShoalTestingTests/ReadmeExample.swift").split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
        #expect(
            try text("README.md").contains("\n" + example), "Tests/ShoalTestingTests/ReadmeExample.swift is to be there"
        )
    }
}
