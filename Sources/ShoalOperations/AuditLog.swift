public import Foundation
import ShoalSchemas

/// An append-only file with one JSON line for each access to a single member's data: who, when, which pseudonym, why.
public struct AuditLog: Sendable {
    /// The audit line could not be written. The caller must not show the member's data.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        public var description: String
        /// Whether the setting is wrong; false if the file is valid but writing to it failed.
        public var isConfiguration = true
    }

    private let path: String

    public init(_ path: String) {
        self.path = path
    }

    private struct Line: Encodable {
        var time: String
        var who: String
        var uid: UInt32
        var loginUid: UInt32?
        /// The value of the variable SUDO_USER. Not trustworthy, because any user can set it.
        var sudoUserClaimed: String?
        var host: String
        var action: String
        var member: String
        var reason: String

        private enum CodingKeys: String, CodingKey {
            case time, who, uid, host, action, member, reason
            case loginUid = "login_uid"
            case sudoUserClaimed = "sudo_user_claimed"
        }
    }

    /// Appends a line and waits until it is on disk.
    /// - Parameters:
    ///   - action: The action, such as `explain`.
    ///   - member: The pseudonym, 32 hexadecimal digits.
    ///   - reason: The reason as given.
    /// - Throws: `Failure`.
    public func append(
        action: String, member: String, reason: String, now: Date = Date(), user: AuditUser = .current()
    ) throws(Failure) {
        let line = Line(
            time: now.formatted(.iso8601), who: user.description, uid: user.effective, loginUid: user.login,
            sudoUserClaimed: ProcessInfo.processInfo.environment["SUDO_USER"],
            host: ProcessInfo.processInfo.hostName, action: action, member: member, reason: reason)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(line) else {
            throw Failure(description: "audit.file: cannot encode the line")
        }
        let descriptor = try openFile()
        defer { close(descriptor) }
        // The line is written in one call: with O_APPEND, lines of several processes do not interleave.
        let whole = (endsLine ? [] : [UInt8(ascii: "\n")]) + bytes + [UInt8(ascii: "\n")]
        // Safe: the buffer holds `count` bytes and outlives the call.
        let count = unsafe whole.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard count == whole.count, fsync(descriptor) == 0 else {
            // A short write does not set errno. A full disk is the most likely cause.
            let number = count >= 0 && count < whole.count ? ENOSPC : errno
            throw failure("cannot be written", number, isConfiguration: false)
        }
    }

    /// Opens the file without blocking: a named pipe without a reader is an error.
    private func openFile() throws(Failure) -> Int32 {
        // Safe: the path outlives the call.
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
        guard descriptor >= 0 || errno == ENXIO else { throw failure("cannot be opened", errno) }
        var status = stat()
        // Safe: the status outlives the call.
        guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            if descriptor >= 0 { close(descriptor) }
            throw Failure(
                description: "audit.file: \(path.printable) is not a regular file, so lines would not be kept. "
                    + "Use a file.")
        }
        return descriptor
    }

    /// Whether the file is empty or ends with a newline. The last line is incomplete after a write to a full disk.
    /// Returns true if the file cannot be read.
    private var endsLine: Bool {
        // Safe: the path outlives the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var last = UInt8(ascii: "\n")
        let size = lseek(descriptor, 0, SEEK_END)
        // Safe: there is room for the one byte.
        if size > 0, unsafe pread(descriptor, &last, 1, size - 1) != 1 { return true }
        return last == UInt8(ascii: "\n")
    }

    private func failure(_ problem: String, _ number: Int32, isConfiguration: Bool = true) -> Failure {
        Failure(
            description: "audit.file: \(path.printable) \(problem): \(unsafe String(cString: strerror(number)))",
            isConfiguration: isConfiguration)
    }
}
