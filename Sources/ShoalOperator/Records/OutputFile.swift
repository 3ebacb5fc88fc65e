internal import CShoalZlib
import Foundation
import Synchronization

/// The error of a file that cannot be written.
package struct OutputError: Error, CustomStringConvertible {
    var path: String
    /// The system's error number.
    var number: Int32

    init(_ path: String, _ number: Int32) {
        self.path = path
        self.number = number
    }

    package var description: String {
        "Cannot write \(path == "-" ? "standard output" : path): \(unsafe String(cString: strerror(number)))."
    }
}

/// An output file, or standard output (`-`); gzip if its name ends in `.gz`. Writing and compressing happen in the
/// background. The caller waits while four pieces are pending.
///
/// `@unchecked Sendable`: after `init` only the queue accesses `gzip`, and `deinit` runs when the queue is empty.
@safe package final class OutputFile: @unchecked Sendable {
    let path: String
    private let descriptor: Int32
    /// `nil` without compression.
    private let gzip: gzFile?
    private let queue = DispatchQueue(label: "shoal.output")
    private let room = DispatchSemaphore(value: 4)
    private let state = Mutex(State())

    private struct State {
        var error: OutputError?
        /// Whether the reader has closed the pipe.
        var isUnread = false
        var isClosed = false
    }

    /// - Throws: `OutputError` if the file cannot be created.
    init(_ path: String) throws(OutputError) {
        self.path = path
        descriptor = path == "-" ? dup(1) : unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw OutputError(path, errno) }
        unsafe gzip = path.hasSuffix(".gz") ? gzdopen(descriptor, "wb4") : nil
        if unsafe gzip != nil, unsafe gzbuffer(gzip, 1 << 18) != 0 {
            throw OutputError(path, ENOMEM)
        }
    }

    deinit {
        // The queue is empty, because pending work retains this object.
        if !state.withLock({ $0.isClosed }) { finish() }
    }

    /// Queues a piece for writing.
    /// - Returns: False if the reader has closed the pipe.
    /// - Throws: The error of an earlier piece.
    func write(_ bytes: [UInt8]) throws(OutputError) -> Bool {
        room.wait()
        queue.async { [self] in
            defer { room.signal() }
            // After an error nothing more is written, so the file ends there.
            if state.withLock({ $0.error == nil && !$0.isUnread }) { put(bytes) }
        }
        return try check()
    }

    /// Waits until everything is written.
    /// - Throws: The first write error.
    func close() throws(OutputError) {
        let isOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if isOpen { queue.sync { finish() } }
        _ = try check()
    }

    private func check() throws(OutputError) -> Bool {
        let (error, isUnread) = state.withLock { ($0.error, $0.isUnread) }
        if let error { throw error }
        return !isUnread
    }

    private func put(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes[start...].withUnsafeBytes { bytes in
                // Safe: at most as many bytes as there are, and a piece is far below 4 GiB.
                if let gzip = unsafe gzip { return Int(unsafe gzwrite(gzip, bytes.baseAddress, UInt32(bytes.count))) }
                return unsafe Foundation.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if written > 0 {
                start += written
            } else if unsafe gzip != nil {
                // Zlib cannot continue after an error of any kind.
                return fail(errno == 0 ? EIO : errno)
            } else if errno != EINTR, !waits() {
                return fail(errno)
            }
        }
    }

    private func finish() {
        if let gzip = unsafe gzip {
            if unsafe gzclose(gzip) != Z_OK { fail(errno == 0 ? EIO : errno) }
        } else if Foundation.close(descriptor) != 0 {
            fail(errno)
        }
    }

    /// Waits for space in a non-blocking pipe.
    private func waits() -> Bool {
        guard errno == EAGAIN else { return false }
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Safe: one descriptor is passed.
        return unsafe poll(&question, 1, 1_000) >= 0
    }

    private func fail(_ number: Int32) {
        state.withLock { state in
            if number == EPIPE { state.isUnread = true }
            if number != EPIPE, state.error == nil {
                state.error = OutputError(path, number)
            }
        }
    }
}
