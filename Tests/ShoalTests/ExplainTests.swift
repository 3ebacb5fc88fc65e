import Foundation
import TestSupport
import Testing

@Suite("shoal explain")
struct ExplainTests {
    @Test("a viewer's id is read from the command line, from standard input and from a file, and is the same")
    func viewer() throws {
        let folder = try TemporaryFolder()
        let file = try folder.file("viewer", "anna müller\r\n")
        let key = try folder.file("key", TestKey.digits)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let audit = folder.url.appending(path: "audit").path
        // The audit log is written before a broker is asked: none is needed.
        let words =
            "--reason test --set audit.file=\(audit) --set kafka.bootstrap.servers=127.0.0.1:1 "
            + "--set privacy.key-file=\(key)"
        let result = try shell(
            "$shoal explain --viewer 'anna müller' \(words) & $shoal explain --viewer - \(words) < \(file) & "
                + "$shoal explain --viewer-file \(file) \(words) & wait",
            environment: ["SUDO_USER": "somebody-else"])
        let lines = try String(contentsOfFile: audit, encoding: .utf8).split(separator: "\n")
        let objects = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        #expect(objects.count == 3 && Set(objects.map { $0?["member"] as? String }).count == 1, "\(result.output)")
        #expect(objects.allSatisfy { ($0?["who"] as? String)?.contains("somebody-else") == false }, "\(lines)")
        #expect(objects.allSatisfy { $0?["sudo_user_claimed"] as? String == "somebody-else" })
        for (more, status, text) in [
            ("--viewer - < /dev/null", 66, "standard input: must hold one id"),
            ("--viewer-file \(try folder.file("two", "a\nb\n"))", 66, "must hold one id"),
            ("--viewer-file /none", 66, "/none: cannot read the viewer's id"),
            ("--viewer a --viewer-file \(file)", 64, "give one of"),
            ("--change \(String(repeating: "0", count: 32)) --limit 3", 64, "--limit cannot be used with --change"),
        ] {
            let refused = try shell("$shoal explain \(words) \(more)")
            #expect(refused.status == status && refused.output.contains(text), "\(more): \(refused)")
        }
        #expect(try String(contentsOfFile: audit, encoding: .utf8).split(separator: "\n").count == 3)
        let pipe = folder.url.appending(path: "pipe").path
        let other = words.replacing("audit.file=\(audit)", with: "audit.file=\(pipe)")
        let blocked = try shell("mkfifo \(pipe); $shoal explain --viewer a \(other)")
        #expect(blocked.status == 78 && blocked.output.contains("is not a regular file"), "\(blocked)")
    }
}
