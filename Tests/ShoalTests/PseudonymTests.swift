import Foundation
import TestSupport
import Testing

@Suite("shoal pseudonym and shoal audit-log verify")
struct PseudonymTests {
    private func words(_ folder: TemporaryFolder) throws -> String {
        let key = try folder.file("key", TestKey.digits)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        return "--set privacy.key-file=\(key) --set audit.file=\(folder.url.appending(path: "audit").path)"
    }

    /// From an independent program in Python (hmac, hashlib, and openssl for AES) that follows docs/determinism.md.
    @Test("the pseudonyms follow the documented formula, in the order of the file, and each leaves a line")
    func formula() throws {
        let folder = try TemporaryFolder()
        let settings = try words(folder)
        let file = try folder.file("viewers", "u17\nanna müller\r\nshoal/viewers\n")
        let many = try shell("$shoal pseudonym --file \(file) --reason campaign \(settings)")
        #expect(many.status == 0, "\(many.output)")
        #expect(
            many.lines == [
                "5012f69ea4a3c1b89bfd99db4b2087ca", "e71a4969ee9f92820699fee5f05684b6",
                "76d9b3231f5cd7038f48207a3908a87b",
            ], "\(many.output)")
        let one = try shell("printf u17 | $shoal pseudonym --viewer - --reason 'ticket 4' \(settings)")
        #expect(one.lines == Array(many.lines.prefix(1)), "\(one.output)")
        let log = try String(contentsOf: folder.url.appending(path: "audit"), encoding: .utf8).split(separator: "\n")
        #expect(log.count == 4 && log[3].contains("ticket 4") && log[3].contains(one.lines[0]), "\(log)")
    }

    @Test("without a reason, a key or an audit log nothing is shown")
    func refused() throws {
        let folder = try TemporaryFolder()
        let settings = try words(folder)
        for (more, status, text) in [
            ("--viewer a \(settings)", 64, "--reason TEXT is missing"),
            ("--viewer a --file b --reason c \(settings)", 64, "give one of"),
            ("--file /none --reason c \(settings)", 66, "/none: cannot read"),
            ("--viewer a --reason c", 78, "audit.file is not set"),
            ("--viewer a --reason c", 78, "SHOAL_PRIVACY_KEY"),
            ("--viewer a --reason c \(settings) --set audit.file=/dev/null", 78, "is not a regular file"),
        ] {
            let result = try shell("$shoal pseudonym \(more)")
            #expect(result.status == status && result.output.contains(text), "\(more): \(result.output)")
        }
    }

    @Test("if brokers do not acknowledge the head of the audit log, nothing is shown")
    func unacknowledged() throws {
        let folder = try TemporaryFolder()
        let settings = try words(folder)
        let offline =
            "--set audit.topic=heads --set kafka.bootstrap.servers=127.0.0.1:1 --set kafka.message.timeout.ms=500"
        let result = try shell("$shoal pseudonym --viewer u17 --reason test \(settings) \(offline)")
        #expect(result.status == 69 && !result.output.contains("5012f69e"), "\(result.output)")
        let log = try String(contentsOf: folder.url.appending(path: "audit"), encoding: .utf8)
        #expect(log.contains("5012f69e"), "\(log)")
    }

    @Test("the check of the audit log finds a removed line, and with a head also the last one")
    func removedLine() throws {
        let folder = try TemporaryFolder()
        let settings = try words(folder)
        let audit = folder.url.appending(path: "audit")
        for viewer in 0..<4 { _ = try shell("$shoal pseudonym --viewer v\(viewer) --reason test \(settings)") }
        let whole = try shell("$shoal audit-log verify \(settings)")
        #expect(whole.status == 0 && whole.output.contains("4 lines, head "), "\(whole.output)")
        let head = whole.output.components(separatedBy: "head ").last?.prefix(64) ?? ""
        let lines = try String(contentsOf: audit, encoding: .utf8).split(separator: "\n").map(String.init)
        try Data((lines[..<1] + lines[2...]).map { $0 + "\n" }.joined().utf8).write(to: audit)
        let removed = try shell("$shoal audit-log verify \(audit.path) --json")
        #expect(removed.status == 65 && removed.output.contains("the line before it is missing"), "\(removed.output)")
        try Data(lines[..<3].map { $0 + "\n" }.joined().utf8).write(to: audit)
        let cut = try shell("$shoal audit-log verify \(audit.path)")
        #expect(cut.status == 0, "\(cut.output)")
        let anchored = try shell("$shoal audit-log verify \(audit.path) --head \(head)")
        #expect(anchored.status == 65 && anchored.output.contains("is not in the log"), "\(anchored.output)")
        #expect(try shell("$shoal audit-log verify /none").status == 66)
    }
}
