import Foundation
import ShoalOperator
import TestSupport
import Testing

@Suite("Commands that show data of persons")
struct PersonalAccessTests {
    /// The words that make each of them show something.
    private static func words(_ access: PersonalAccess, _ folder: TemporaryFolder) throws -> [String] {
        let member = String(repeating: "0a", count: 16)
        let rest =
            switch access {
            case .changes: ["--member", member]
            case .deadLetters: ["--show-content"]
            case .explain: ["--member", member]
            case .erase, .pseudonym: ["--viewer", "u17"]
            case .verify: ["--without", "u17"]
            case .replay: [try folder.file("events.ndjson", ""), "--members", folder.url.appending(path: "m.csv").path]
            }
        return access.command.split(separator: " ").map(String.init) + rest
    }

    @Test("each needs a reason and an audit log, and says so in its help", arguments: PersonalAccess.allCases)
    func reason(_ access: PersonalAccess) throws {
        let folder = try TemporaryFolder()
        let words = try Self.words(access, folder)
        let key = ["SHOAL_PRIVACY_KEY": TestKey.digits]
        let audit = "audit.file=\(folder.url.appending(path: "audit").path)"
        let help = try shoal(access.command.split(separator: " ").map(String.init) + ["--help"]).output
        #expect(help.contains("--\(access.reasonOption) TEXT") && help.contains("`audit.file`"), "\(help)")
        let silent = try shoal(words + ["--set", audit], environment: key)
        #expect(silent.status == 64, "\(silent.output)")
        #expect(silent.output.contains("--\(access.reasonOption) TEXT is missing"), "\(silent.output)")
        let unlogged = try shoal(words + ["--\(access.reasonOption)", "a test"], environment: key)
        #expect(unlogged.status == 78 && unlogged.output.contains("audit.file is not set"), "\(unlogged.output)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "m.csv").path))
    }

    @Test("the guide and the setting name each of them", arguments: PersonalAccess.allCases)
    func documents(_ access: PersonalAccess) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        for file in ["docs/auditing.md", "docs/privacy.md"] {
            let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
            #expect(text.contains(access.use), "\(file)")
        }
        #expect(try shoal(["config", "docs"]).output.contains("`shoal \(access.use)`"))
    }

    @Test("the memberships of a replay are written after the line")
    func memberships() throws {
        let folder = try TemporaryFolder()
        let audit = folder.url.appending(path: "audit").path
        let result = try shoal(
            Self.words(.replay, folder) + ["--reason", "campaign 12", "--set", "audit.file=\(audit)"],
            environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(result.status == 0, "\(result.output)")
        let line = try String(contentsOfFile: audit, encoding: .utf8)
        #expect(line.contains(#""action":"replay""#) && line.contains("campaign 12") && line.contains("m.csv"))
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "m.csv").path))
    }
}
