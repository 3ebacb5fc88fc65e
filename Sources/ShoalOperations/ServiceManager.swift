import Foundation
import ShoalSchemas

/// Notifies the service manager that started this process, as described in sd_notify(3): a datagram of `NAME=value`
/// lines to the socket named by `NOTIFY_SOCKET`. Does not need a systemd library.
///
/// `@unchecked Sendable`: the socket is opened in `init` and closed in `deinit`, and each datagram is one call.
public final class ServiceManager: @unchecked Sendable {
    /// A notification.
    public enum Notification: Equatable, Sendable {
        case ready
        case stopping
        /// The settings are being reloaded; `ready` follows. In microseconds of the monotonic clock, which associates
        /// the answer with the manager's signal.
        case reloading(at: Int64)
        /// A one-line status.
        case status(String)
        case watchdog
        /// During start or stop: extends the timeout from now on.
        case extendTimeout(Duration)

        var line: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
            case .status(let text): "STATUS=\(text.printable)"
            case .watchdog: "WATCHDOG=1"
            case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(time.microseconds)"
            }
        }
    }

    /// A named socket that cannot be used.
    public struct Unusable: Error, CustomStringConvertible, Sendable {
        public var description: String
    }

    /// The interval within which the manager expects `watchdog`; `nil` if it does not monitor this process.
    public let watchdog: Duration?
    private let socket: Int32
    private let address: [UInt8]

    /// - Parameter environment: The process's environment variables.
    /// - Returns: `nil` if no notification is requested.
    /// - Throws: `Unusable`.
    public init?(_ environment: [String: String]) throws(Unusable) {
        guard let name = environment["NOTIFY_SOCKET"], !name.isEmpty else { return nil }
        guard let address = Self.address(name) else {
            throw Unusable(description: "NOTIFY_SOCKET=\(name.printable): is neither a path nor @NAME, or too long")
        }
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        socket = Foundation.socket(AF_UNIX, kind, 0)
        guard socket >= 0 else {
            throw Unusable(description: "NOTIFY_SOCKET: \(unsafe String(cString: strerror(errno)))")
        }
        self.address = address
        watchdog = Self.watchdog(environment)
    }

    deinit {
        close(socket)
    }

    /// Sends notifications in this order.
    /// - Returns: Whether they were sent. A manager that no longer reads is not waited for.
    @discardableResult
    public func tell(_ words: [Notification]) -> Bool {
        guard !words.isEmpty else { return true }
        let text = Array(words.map(\.line).joined(separator: "\n").utf8)
        let sent = unsafe address.withUnsafeBytes { address in
            unsafe text.withUnsafeBytes { text in
                // Safe: the address begins with its family and has the given length; both outlive the call.
                unsafe sendto(
                    socket, text.baseAddress, text.count, Int32(MSG_NOSIGNAL),
                    address.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
            }
        }
        return sent == text.count
    }

    /// Returns the bytes of a `sockaddr_un`: a path with its terminating zero, or an abstract name (prefix `@`)
    /// without.
    private static func address(_ name: String) -> [UInt8]? {
        guard let first = name.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else { return nil }
        var path = Array(name.utf8)
        if first == UInt8(ascii: "@") { path[0] = 0 } else { path.append(0) }
        let family = unsafe withUnsafeBytes(of: sa_family_t(AF_UNIX)) { unsafe Array($0) }
        let isRight = path.count > 1 && family.count + path.count <= MemoryLayout<sockaddr_un>.size
        return isRight ? family + path : nil
    }

    private static func watchdog(_ environment: [String: String]) -> Duration? {
        if let process = environment["WATCHDOG_PID"], Int32(process) != getpid() { return nil }
        guard let time = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), time > 0 else { return nil }
        return .microseconds(time)
    }

    /// The current time for `reloading`, in microseconds.
    public static var now: Int64 {
        var time = timespec()
        // Safe: the time outlives the call. Linux has this clock always; the status is that of a bad address.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
