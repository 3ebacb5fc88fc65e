import Foundation
import Testing

@testable import ShoalOperations

@Suite("The audit log")
struct AuditLogTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func append(_ path: String, _ user: AuditUser = .current()) throws {
        try AuditLog(path).append(action: "explain", member: "00", reason: "a test", user: user)
    }

    private func lines(_ path: String) throws -> [[String: Any]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test("it names the user who logged in and the user whose rights count, whatever the variables say")
    func users() throws {
        let anna = AuditUser(effective: 0, real: 0, loginText: "4000000123\n")
        #expect(anna.description == "uid 4000000123 as root")
        #expect(AuditUser(effective: 0, real: 0, loginText: "4294967295").description == "root", "nobody has logged in")
        #expect(AuditUser(effective: 0, real: 0, loginText: nil).description == "root")
        #expect(AuditUser(effective: 0, real: 4_000_000_001, loginText: nil).description == "uid 4000000001 as root")
        #expect(AuditUser(effective: 0, real: 0, loginText: "0").description == "root")
        let path = folder.appending(path: "audit").path
        try append(path, anna)
        let line = try #require(try lines(path).first)
        #expect(line["who"] as? String == "uid 4000000123 as root" && line["login_uid"] as? Int == 4_000_000_123)
        #expect(line["uid"] as? Int == 0 && line["reason"] as? String == "a test")
        try FileManager.default.removeItem(at: folder)
    }

    @Test("a pipe or a device is refused at once, and a full disk is no mistake of the settings")
    func files() throws {
        let pipe = folder.appending(path: "pipe").path
        // Safe: the path outlives the call.
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/null", "/dev/full", folder.path] {
            let failure = #expect(throws: AuditLog.Failure.self) { try append(path) }
            #expect(failure?.isConfiguration == true && failure?.description.contains(path) == true)
        }
        try FileManager.default.removeItem(at: folder)
    }

    @Test("a line that a full disk cut off does not swallow the next one")
    func cutLine() throws {
        let path = folder.appending(path: "audit").path
        try append(path)
        try Data("{\"half\":".utf8).appended(to: path)
        try append(path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 3 && text.hasSuffix("}\n"))
        try FileManager.default.removeItem(at: folder)
    }
}

extension Data {
    fileprivate func appended(to path: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: self)
    }
}
