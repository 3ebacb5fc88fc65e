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

    /// The first part of the file's end that is read, in bytes.
    static let block = 16 << 10
    private let path: String
    private let hash: Hash
    private let host = ProcessInfo.processInfo.hostName

    /// - Parameter hash: SHA-256.
    public init(_ path: String, hash: @escaping Hash) {
        self.path = path
        self.hash = hash
    }

    /// Returns how often a bearer has done something on a day of UTC, as far as the file tells.
    /// - Throws: `Failure`.
    public func count(_ action: String, by bearer: String, onDayOf time: Date) throws(Failure) -> Int {
        let day = time.formatted(.iso8601).prefix(10)
        return try lines().compactMap { AuditLine($0) }
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
        return try content(descriptor, from: 0, to: try size(descriptor)).split(separator: UInt8(ascii: "\n"))
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
        let writer = AuditLine.writer(host, user)
        let end = try end(of: descriptor, writer)
        var head = end.head
        // The last line is incomplete after a write to a full disk.
        var whole: [UInt8] = end.isWhole ? [] : [UInt8(ascii: "\n")]
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

    /// The end of a file: that of the writer's chain, number 0 and no hash before its first line, and whether the last line is
    /// whole. Reads no more of the file than it must: it grows for years.
    private func end(
        of descriptor: Int32, _ writer: String
    ) throws(Failure) -> (head: (number: Int, hash: String?), isWhole: Bool) {
        let newline = UInt8(ascii: "\n")
        let size = try size(descriptor)
        var length = min(size, Self.block)
        while true {
            let content = try content(descriptor, from: size - length, to: size)
            let isWhole = content.last ?? newline == newline
            // A line that begins before the part is not read.
            var rest = content[(length < size ? (content.firstIndex(of: newline) ?? content.count) : 0)...]
            while !rest.isEmpty {
                let bytes = rest.suffix(from: rest.lastIndex(of: newline).map { $0 + 1 } ?? rest.startIndex)
                rest = rest.prefix(upTo: max(bytes.startIndex - 1, rest.startIndex))
                guard let line = AuditLine(bytes), line.writer == writer, let number = line.number else { continue }
                return ((number, Hex.text(hash(Array(bytes)))), isWhole)
            }
            guard length < size else { return ((0, nil), isWhole) }
            length = min(size, 4 * length)
        }
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

    private func size(_ descriptor: Int32) throws(Failure) -> Int {
        var status = stat()
        // Safe: the status outlives the call.
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("cannot be read", errno) }
        return Int(status.st_size)
    }

    private func content(_ descriptor: Int32, from start: Int, to end: Int) throws(Failure) -> [UInt8] {
        var content = [UInt8](repeating: 0, count: end - start)
        var done = 0
        while done < content.count {
            let from = done
            // Safe: the buffer has room for the bytes that are asked for.
            let count = unsafe content.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + from }, buffer.count - from, off_t(start + from))
            }
            guard count > 0 else { throw failure("cannot be read", count < 0 ? errno : EIO) }
            done += count
        }
        return content
    }

    private func failure(_ problem: String, _ number: Int32, isConfiguration: Bool = true) -> Failure {
        Failure(
            description: "audit.file: \(path.printable) \(problem): \(unsafe String(cString: strerror(number)))",
            isConfiguration: isConfiguration)
    }
}
