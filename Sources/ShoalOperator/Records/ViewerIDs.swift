import Foundation
import ShoalReplay

/// Viewer ids from standard input or from a file.
package enum ViewerIDs {
    /// Returns one id.
    /// - Parameters:
    ///   - id: The id itself; `-` for that on standard input.
    ///   - file: The path of the file that holds it.
    /// - Returns: `nil` without id and file.
    /// - Throws: `ReplayError` if the file cannot be read, or holds no single id.
    package static func one(_ id: String?, file: String?) throws -> [UInt8]? {
        if let id, id != "-" { return Array(id.utf8) }
        guard id != nil || file != nil else { return nil }
        let path = file ?? "/dev/stdin"
        let name = file ?? "standard input"
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ReplayError(.input, "\(name): cannot read the viewer's id")
        }
        // At the end of the file there is nothing to read.
        var id = Array((try? file.read(upToCount: 4_096)) ?? Data())
        if id.last == UInt8(ascii: "\n") { id.removeLast() }
        if id.last == UInt8(ascii: "\r") { id.removeLast() }
        guard isID(id), !id.contains(UInt8(ascii: "\n")) else {
            throw ReplayError(.input, "\(name): must hold one id of at most 1024 bytes")
        }
        return id
    }

    /// Returns the ids of a file, one on each line; empty lines are left out.
    /// - Throws: `ReplayError` if the file cannot be read, holds no id, or one that is too long.
    package static func all(_ path: String) throws -> [[UInt8]] {
        let name = path == "-" ? "standard input" : path
        guard let file = FileHandle(forReadingAtPath: path == "-" ? "/dev/stdin" : path),
            let content = try? file.readToEnd() ?? Data()
        else { throw ReplayError(.input, "\(name): cannot read the viewers' ids") }
        let ids = content.split(separator: UInt8(ascii: "\n")).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }.filter { !$0.isEmpty }
        guard !ids.isEmpty, ids.allSatisfy(isID) else {
            throw ReplayError(.input, "\(name): must hold ids of at most 1024 bytes, one on each line")
        }
        return ids
    }

    private static func isID(_ id: [UInt8]) -> Bool { 1...1_024 ~= id.count }
}
