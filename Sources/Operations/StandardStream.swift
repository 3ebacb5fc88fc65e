import Foundation
import Synchronization

/// Standard output or standard error, for several threads: what is written at once stays together, and a reader that has
/// gone away is told of, instead of ending the process.
///
/// Ignore `SIGPIPE` for the latter.
public final class StandardStream: Sendable {
    public static let output = StandardStream(1)
    public static let error = StandardStream(2)
    /// To be asked whether a person sits there.
    public static let input = StandardStream(0)

    private let descriptor: Int32
    private let waiting = Mutex<[UInt8]>([])
    private static let most = 1 << 14

    /// - Parameter descriptor: of a file that stays open.
    public init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Whether a person sits before it.
    public var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Whether it is a terminal that wants colours (https://no-color.org).
    public var hasColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Whether somebody still reads the other end of a pipe; true of everything else.
    public var isRead: Bool {
        var question = pollfd(fd: descriptor, events: 0, revents: 0)
        // Safe: one question is asked.
        return unsafe poll(&question, 1, 0) <= 0 || question.revents & Int16(POLLERR | POLLHUP | POLLNVAL) == 0
    }

    /// Writes at once.
    /// - Returns: false where nobody reads any more, or the disk is full.
    public func write(_ text: String) -> Bool {
        waiting.withLock { waiting in
            waiting += Array(text.utf8)
            return flush(&waiting)
        }
    }

    /// Writes when some kilobytes have come together, or at `flush`.
    /// - Returns: false where nobody reads any more, or the disk is full.
    public func append(_ bytes: some Sequence<UInt8>) -> Bool {
        waiting.withLock { waiting in
            waiting += bytes
            return waiting.count < Self.most || flush(&waiting)
        }
    }

    /// Writes what waits.
    /// - Returns: false where nobody reads any more, or the disk is full.
    public func flush() -> Bool {
        waiting.withLock { flush(&$0) }
    }

    private func flush(_ waiting: inout [UInt8]) -> Bool {
        defer { waiting.removeAll(keepingCapacity: true) }
        var start = 0
        while start < waiting.count {
            let written = unsafe waiting[start...].withUnsafeBytes { bytes in
                // Safe: at most as many bytes as there are.
                unsafe Foundation.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if written < 0 {
                guard errno == EINTR || errno == EAGAIN else { return false }
                if errno == EAGAIN { waitUntilWritable() }
            } else {
                start += written
            }
        }
        return true
    }

    private func waitUntilWritable() {
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Safe: one question is asked. If it fails, the next attempt to write tells why.
        _ = unsafe poll(&question, 1, 1_000)
    }
}
