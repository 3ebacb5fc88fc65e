import Foundation
import TestSupport
import Testing

@Suite("shoal demo")
struct DemoTests {
    @Test("it clusters generated viewers on the embedded broker, reports the result, and is reproducible")
    func runs() throws {
        let words = ["demo", "--seconds", "0", "--epochs", "22", "--viewers", "800", "--seed", "3"]
        let first = try shoal(words)
        #expect(first.status == 0, "\(first.output)")
        #expect(first.output.contains("was created (the first clusters)"), "\(first.output)")
        #expect(first.output.contains("the stream: new viewers arrive who watch castles"))
        #expect(first.lines.contains { $0.contains("epoch 22 of 22") })
        #expect(!first.output.contains("\u{1B}"), "plain lines where it is no terminal")
        #expect(first.output.contains("Clusters below 20 members are not shown"))
        let summary = first.lines.last { $0.hasPrefix("Members:") || $0.contains("joined,") } ?? ""
        #expect(!summary.contains(" 0 joined"), "\(summary)")
        let second = try shoal(words)
        func fingerprint(_ result: CommandResult) -> String? { result.lines.first { $0.hasPrefix("Fingerprint") } }
        #expect(fingerprint(first) != nil && fingerprint(first) == fingerprint(second))
        #expect(!first.output.contains("viewer-"), "no viewer is named")
    }

    @Test("invalid options are refused")
    func usage() throws {
        for words in [["--viewers", "3"], ["--epochs", "0"], ["--seed", "x"], ["--colour"]] {
            let result = try shoal(["demo"] + words)
            #expect(result.status == 64, "\(words): \(result.output)")
        }
    }
}
