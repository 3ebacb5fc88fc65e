import Foundation
import Testing

@testable import ShoalOperations

@Suite("Files that hold secrets")
struct SecretFileTests {
    private static let digits = "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"

    @Test(
        "only the owner may read a key, and the group if the file is root's and the process is not",
        arguments: [
            (0o600, 1_000, 1_000, true), (0o400, 1_000, 1_000, true), (0o400, 0, 0, true), (0o440, 0, 10_001, true),
            (0o440, 0, 0, false), (0o440, 1_000, 1_000, false), (0o640, 0, 10_001, true), (0o644, 0, 10_001, false),
            (0o604, 1_000, 1_000, false), (0o660, 0, 10_001, false), (0o666, 1_000, 1_000, false),
        ] as [(mode_t, uid_t, uid_t, Bool)])
    func modes(mode: mode_t, owner: uid_t, process: uid_t, isRight: Bool) {
        let problem = SecretFile.problem(mode: mode, owner: owner, process: process)
        #expect((problem == nil) == isRight, "\(String(mode, radix: 8)): \(problem ?? "accepted")")
    }

    @Test("the configuration names a key file that others can read, a key that is a pattern, and a directory for all")
    func configuration() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-secret-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "key").path
        func problems(_ sets: [String], _ environment: [String: String] = [:]) -> [String] {
            do {
                _ = try Configuration(file: nil, environment: environment, sets: sets, kafkaCheck: { _, _ in nil })
                return []
            } catch {
                return error.problems
            }
        }
        try Data(Self.digits.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        let readable = problems(["privacy.key-file=\(file)"]).first { $0.contains("privacy.key-file") } ?? ""
        #expect(readable.contains("0644") && readable.contains("chmod 600"), "\(readable)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        #expect(!problems(["privacy.key-file=\(file)"]).contains { $0.contains("privacy.key-file") })
        let zeros = String(repeating: "0", count: 64)
        let weak = problems([], ["SHOAL_PRIVACY_KEY": zeros]).first { $0.contains("SHOAL_PRIVACY_KEY") } ?? ""
        #expect(weak.contains("pattern") && !weak.contains(zeros), "\(weak)")
        for (mode, isRight) in [(0o700, true), (0o770, true), (0o777, false), (0o1777, false)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path)
            let found = problems(["checkpoint.directory=\(folder.path)"]).first { $0.contains("checkpoint.directory") }
            #expect((found == nil) == isRight, "\(String(mode, radix: 8)): \(found ?? "accepted")")
        }
    }
}
