public import Foundation
import ShoalSchemas

/// An append-only file with one JSON line for each access to a person's data: who, when, whose data, why. The lines of each
/// writer are a chain (`AuditChain`).
public struct AuditLog: Sendable {
    /// An access to record.
    public struct Access: Sendable {
        /// The command, such as `explain`.
        public var action: String
        /// The published pseudonym, 32 hexadecimal digits; nil if the access is not to one member.
        public var member: String?
        /// What is shown, if it is not one member: such as a topic with a filter.
        public var what: String?
        /// The reason as given.
        public var reason: String
        /// The name of the token, if somebody asked the API.
        public var bearer: String?

        public init(
            action: String, member: String? = nil, what: String? = nil, reason: String, bearer: String? = nil
        ) {
            self.action = action
            self.member = member
            self.what = what
            self.reason = reason
            self.bearer = bearer
        }
    }

    /// The audit line could not be written. The caller must not show the data.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        public var description: String
        /// Whether the setting is wrong; false if the file is valid but writing to it failed.
        public var isConfiguration = true
    }

    /// Returns the SHA-256 of bytes.
    public typealias Hash = @Sendable ([UInt8]) -> [UInt8]

    private let path: String
    private let hash: Hash

    /// - Parameter hash: SHA-256.
    public init(_ path: String, hash: @escaping Hash) {
        self.path = path
        self.hash = hash
    }

    /// Returns how often a bearer has done something, as far as the file tells.
    /// - Parameter day: such as `2026-11-24`, in UTC.
    /// - Throws: `Failure`.
    public func count(_ action: String, by bearer: String, on day: String) throws(Failure) -> Int {
        try lines().compactMap { AuditLine($0) }
            .count { $0.action == action && $0.bearer == bearer && $0.time.hasPrefix(day) }
    }

    /// Returns the last lines as they stand, the newest first.
    /// - Throws: `Failure`.
    public func last(_ count: Int) throws(Failure) -> [String] {
        try lines().suffix(count).reversed().map { String(decoding: $0, as: UTF8.self) }
    }

    private func lines() throws(Failure) -> [ArraySlice<UInt8>] {
        let descriptor = try openFile()
        defer { close(descriptor) }
        return try content(descriptor).split(separator: UInt8(ascii: "\n"))
    }

    /// Appends a line for each access, and waits until they are on disk.
    /// - Returns: The end of the writer's chain; nil if there is no line.
    /// - Throws: `Failure`.
    @discardableResult
    public func append(
        _ accesses: [Access], now: Date = Date(), user: AuditUser = .current()
    ) throws(Failure) -> AuditChain.Head? {
        let descriptor = try openFile()
        // The lock ends with the descriptor.
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw failure("cannot be locked", errno) }
        let old = try content(descriptor)
        let host = ProcessInfo.processInfo.hostName
        let writer = AuditLine.writer(host, user)
        var head = last(old, writer: writer)
        // The last line is incomplete after a write to a full disk.
        var whole: [UInt8] = old.last ?? UInt8(ascii: "\n") == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]
        for access in accesses {
            var line = AuditLine(access, now: now, user: user, host: host)
            line.number = head.number + 1
            line.previous = head.hash
            guard let bytes = line.bytes else { throw Failure(description: "audit.file: cannot encode the line") }
            head = (head.number + 1, Hex.text(hash(bytes)))
            whole += bytes + [UInt8(ascii: "\n")]
        }
        // Safe: the buffer holds `count` bytes and outlives the call.
        let count = unsafe whole.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard count == whole.count, fsync(descriptor) == 0 else {
            // A short write does not set errno. A full disk is the most likely cause.
            let number = count >= 0 && count < whole.count ? ENOSPC : errno
            throw failure("cannot be written", number, isConfiguration: false)
        }
        return head.hash.map { .init(writer: writer, lines: head.number, hash: $0) }
    }

    /// The end of a writer's chain; number 0 and no hash before its first line.
    private func last(_ content: [UInt8], writer: String) -> (number: Int, hash: String?) {
        for bytes in content.split(separator: UInt8(ascii: "\n")).reversed() {
            guard let line = AuditLine(bytes), line.writer == writer, let number = line.number else { continue }
            return (number, Hex.text(hash(Array(bytes))))
        }
        return (0, nil)
    }

    /// Opens the file without blocking: a named pipe without a reader is an error.
    private func openFile() throws(Failure) -> Int32 {
        // Safe: the path outlives the call.
        let descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
        var status = stat()
        let isRegular =
            // Safe: the status outlives the call. Directories and some devices cannot be opened for writing at all.
            descriptor >= 0
            ? unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            : errno != ENXIO && errno != EISDIR
        guard isRegular else {
            if descriptor >= 0 { close(descriptor) }
            throw Failure(
                description: "audit.file: \(path.printable) is not a regular file, so lines would not be kept. "
                    + "Use a file.")
        }
        guard descriptor >= 0 else { throw failure("cannot be opened for reading and writing", errno) }
        return descriptor
    }

    private func content(_ descriptor: Int32) throws(Failure) -> [UInt8] {
        var status = stat()
        // Safe: the status outlives the call.
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("cannot be read", errno) }
        var content = [UInt8](repeating: 0, count: Int(status.st_size))
        var offset = 0
        while offset < content.count {
            let start = offset
            // Safe: the buffer has room for the bytes that are asked for.
            let count = unsafe content.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start, off_t(start))
            }
            guard count > 0 else { throw failure("cannot be read", count < 0 ? errno : EIO) }
            offset += count
        }
        return content
    }

    private func failure(_ problem: String, _ number: Int32, isConfiguration: Bool = true) -> Failure {
        Failure(
            description: "audit.file: \(path.printable) \(problem): \(unsafe String(cString: strerror(number)))",
            isConfiguration: isConfiguration)
    }
}
