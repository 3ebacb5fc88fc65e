import Foundation
import Testing

@testable import ShoalOperations

/// Stands in for SHA-256, which the program passes in.
let toyHash: AuditLog.Hash = { bytes in
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (0..<8).map { UInt8(truncatingIfNeeded: state >> (8 * $0)) }
}

@Suite("The chains of the audit log")
struct AuditChainTests {
    private static let anna = AuditUser(effective: 4_000_000_001, real: 4_000_000_001, loginText: nil)
    private static let ben = AuditUser(effective: 4_000_000_002, real: 4_000_000_002, loginText: nil)

    /// Ten lines of two writers: Anna's are the even ones.
    private func lines() throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "audit").path
        let log = AuditLog(path, hash: toyHash)
        for number in 0..<8 {
            let access = AuditLog.Access(action: "explain", member: "\(number)", reason: "test")
            try log.append([access], user: number % 2 == 0 ? Self.anna : Self.ben)
        }
        let two = ["8", "9"].map { AuditLog.Access(action: "pseudonym", member: $0, reason: "test") }
        try log.append(two, user: Self.anna)
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func check(_ lines: [String]) -> AuditChain {
        var chain = AuditChain(hash: toyHash)
        chain.add(file: Data((lines.joined(separator: "\n") + "\n").utf8))
        return chain
    }

    @Test("a whole log is complete, and its heads are the hashes of the last lines")
    func whole() throws {
        let lines = try lines()
        let chain = check(lines)
        #expect(chain.problems.isEmpty && chain.unchained == 0 && chain.incomplete == 0, "\(chain.problems)")
        #expect(chain.heads.values.map(\.lines).sorted() == [4, 6])
        #expect(chain.hashes.count == 10 && chain.heads.values.allSatisfy { chain.hashes.contains($0.hash) })
    }

    @Test("a chain goes on wherever its last line is in a long file", arguments: [0, 3, 40, 700])
    func far(_ count: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "audit").path
        let log = AuditLog(path, hash: toyHash)
        let access = AuditLog.Access(action: "explain", member: "1", reason: String(repeating: "long ", count: 60))
        let first = try #require(try log.append([access], user: Self.anna))
        try log.append(Array(repeating: access, count: count), user: Self.ben)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        #expect((size > 3 * AuditLog.block) == (count > 200))
        let second = try #require(try log.append([access], user: Self.anna))
        #expect(first.lines == 1 && second.lines == 2)
        var chain = AuditChain(hash: toyHash)
        chain.add(file: try Data(contentsOf: URL(filePath: path)))
        #expect(chain.problems.isEmpty && chain.hashes.count == count + 2, "\(chain.problems)")
    }

    @Test("a line that is removed, changed, copied or put in is found, wherever it is", arguments: 0..<8)
    func tampered(_ place: Int) throws {
        let lines = try lines()
        var removed = lines
        removed.remove(at: place)
        if place == 7 {
            // The last line of its writer: only a head that was kept tells.
            #expect(check(removed).problems.isEmpty)
            let head = try #require(check(lines).heads.values.first { $0.writer.hasSuffix("/4000000002") })
            #expect(!check(removed).hashes.contains(head.hash))
        } else {
            #expect(check(removed).problems.count == 1, "\(check(removed).problems)")
            var changed = lines
            changed[place] = changed[place].replacing(#""reason":"test""#, with: #""reason":"none""#)
            #expect(check(changed).problems.contains { $0.hasSuffix("the line before it was changed") })
        }
        #expect(!check(lines[...place] + [lines[place]] + lines[(place + 1)...]).problems.isEmpty)
        let foreign = lines[0].replacing(#","writer""#, with: #","x""#)
        #expect(check(lines[...place] + [foreign] + lines[(place + 1)...]).problems.count == 1)
    }

    @Test("a line that a full disk cut off is counted, and the chain goes on")
    func cut() throws {
        let lines = try lines()
        let chain = check(lines[..<3] + [#"{"action":"exp"#] + lines[3...])
        #expect(chain.problems.isEmpty && chain.incomplete == 1)
    }

    @Test("lines of an earlier release before the first chain are counted")
    func earlier() throws {
        let old = #"{"action":"explain","host":"a","member":"0","reason":"r","time":"t","uid":0,"who":"root"}"#
        let chain = check([old, old] + (try lines()))
        #expect(chain.problems.isEmpty && chain.unchained == 2)
    }
}
