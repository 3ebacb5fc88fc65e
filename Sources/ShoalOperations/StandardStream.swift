import Foundation
import Synchronization

/// A thread-safe standard stream. The bytes of one call are written contiguously. If `SIGPIPE` is ignored, a closed
/// pipe does not end the process.
public final class StandardStream: Sendable {
    public static let output = StandardStream(1)
    /// Retries after a failure, so that logging resumes once a full disk has space again.
    public static let error = StandardStream(2, stopsAtFailure: false)
    /// Used only to determine whether standard input is a terminal.
    public static let input = StandardStream(0)

    private struct State {
        var waiting: [UInt8] = []
        /// The reader has closed the pipe.
        var isClosed = false
        var failure: Int32?
    }

    private let descriptor: Int32
    private let stopsAtFailure: Bool
    private let state = Mutex(State())
    private static let most = 1 << 14

    /// - Parameters:
    ///   - descriptor: The descriptor of a file that stays open.
    ///   - stopsAtFailure: Whether all writes after a failure are discarded.
    public init(_ descriptor: Int32, stopsAtFailure: Bool = true) {
        self.descriptor = descriptor
        self.stopsAtFailure = stopsAtFailure
    }

    /// Opens the descriptors 0, 1 and 2 if the process was started without them. Otherwise the next file or connection
    /// would receive one of these numbers, and output would be written to it. Reads and writes on them fail with
    /// `EBADF`.
    public static func open() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) == -1 {
            // Safe: the path is a constant. The call returns the lowest free number, which is the missing one.
            _ = unsafe Foundation.open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// The system's error message of the first failed write; nil if all bytes were written or if the reader has closed
    /// the pipe.
    public var failure: String? {
        state.withLock { $0.failure }.map { unsafe String(cString: strerror($0)) }
    }

    /// Writes the buffered bytes and checks for errors that file systems such as NFS report only at close. Returns
    /// immediately if another thread is writing.
    public func finish() {
        _ = state.withLockIfAvailable { state in
            guard flush(&state), !state.isClosed else { return }
            let copy = dup(descriptor)
            if copy >= 0, Foundation.close(copy) != 0, state.failure == nil { state.failure = errno }
        }
    }

    /// Whether the stream is a terminal.
    public var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Whether the stream is a terminal with colours enabled (https://no-color.org).
    public var hasColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Whether the other end of a pipe is open; true for anything else.
    public var isRead: Bool {
        var question = pollfd(fd: descriptor, events: 0, revents: 0)
        // Safe: one descriptor is passed.
        return unsafe poll(&question, 1, 0) <= 0 || question.revents & Int16(POLLERR | POLLHUP | POLLNVAL) == 0
    }

    /// Writes the text without buffering it.
    /// - Returns: False if the reader has closed the pipe, or writing failed (`failure`).
    public func write(_ text: String) -> Bool {
        state.withLock { state in
            state.waiting += Array(text.utf8)
            return flush(&state)
        }
    }

    /// Buffers the bytes. They are written once the buffer holds 16 KiB, or by `flush`.
    /// - Returns: See `write`.
    public func append(_ bytes: some Sequence<UInt8>) -> Bool {
        state.withLock { state in
            state.waiting += bytes
            return state.waiting.count < Self.most || flush(&state)
        }
    }

    /// Writes the buffered bytes.
    /// - Returns: See `write`.
    public func flush() -> Bool {
        state.withLock { flush(&$0) }
    }

    private func flush(_ state: inout State) -> Bool {
        defer { state.waiting.removeAll(keepingCapacity: true) }
        if stopsAtFailure, state.isClosed || state.failure != nil { return false }
        var start = 0
        while start < state.waiting.count {
            let written = unsafe state.waiting[start...].withUnsafeBytes { bytes in
                // Safe: at most as many bytes as there are.
                unsafe Foundation.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if written < 0 {
                switch errno {
                case EINTR: continue
                case EAGAIN: waitUntilWritable()
                case EPIPE:
                    state.isClosed = true
                    return false
                case let number:
                    state.failure = state.failure ?? number
                    return false
                }
            } else {
                start += written
            }
        }
        return true
    }

    private func waitUntilWritable() {
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Safe: one descriptor is passed. If the call fails, the next write reports the reason.
        _ = unsafe poll(&question, 1, 1_000)
    }
}
