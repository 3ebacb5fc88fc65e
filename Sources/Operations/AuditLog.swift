public import Foundation
import Schemas

/// A file to which each look at a single member is appended, a JSON object a line: who, when, which pseudonym, why.
public struct AuditLog: Sendable {
    /// The file cannot be written, so nothing may be looked at.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        public var description: String
    }

    private let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// Appends a line, and waits until it is on the disk.
    /// - Parameters:
    ///   - action: what is about to be done, as `explain`.
    ///   - member: the pseudonym, 32 hexadecimal digits.
    ///   - reason: as it was given.
    /// - Throws: `Failure`.
    public func append(action: String, member: String, reason: String, now: Date = Date()) throws(Failure) {
        struct Line: Encodable {
            var time: String
            var who: String
            var host: String
            var action: String
            var member: String
            var reason: String
        }
        let line = Line(
            time: now.formatted(.iso8601), who: Self.user, host: ProcessInfo.processInfo.hostName, action: action,
            member: member, reason: reason)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var bytes = try? encoder.encode(line) else {
            throw Failure(description: "audit.file: no line could be made")
        }
        bytes.append(UInt8(ascii: "\n"))
        // Safe: the path outlives the call.
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be opened") }
        defer { close(descriptor) }
        // One call for one line: with O_APPEND lines of several processes do not mix.
        // Safe: so many bytes lie there.
        let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else { throw failure("cannot be written") }
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "audit.file: \(path.printable) \(what): \(unsafe String(cString: strerror(errno)))")
    }

    /// Who runs the program; who became root by sudo is named, too.
    private static var user: String {
        let name = NSUserName()
        let environment = ProcessInfo.processInfo.environment
        return environment["SUDO_USER"].map { "\($0) as \(name)" } ?? name
    }
}
