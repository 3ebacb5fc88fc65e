import Foundation
import Schemas

/// The service manager that started this process and wants to hear from it, as sd_notify(3) describes: one datagram of lines
/// `NAME=value` to the socket that `NOTIFY_SOCKET` names. Needs no library of systemd's.
///
/// `@unchecked Sendable`: the socket is opened in `init`, closed in `deinit`, and each datagram is one call.
public final class ServiceManager: @unchecked Sendable {
    /// What it can be told.
    public enum Word: Equatable, Sendable {
        case ready
        case stopping
        /// `ready` follows when the settings have been read again. Microseconds of the monotonic clock, which tell it that the
        /// answer belongs to its own signal.
        case reloading(at: Int64)
        /// One line for a person.
        case status(String)
        case watchdog
        /// While it starts or stops: it is at work, and may take so long from now on.
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

    /// A socket that is named and cannot be used.
    public struct Unusable: Error, CustomStringConvertible, Sendable {
        public var description: String
    }

    /// Within which it wants to hear `watchdog`; nil: it does not look after this process.
    public let watchdog: Duration?
    private let socket: Int32
    private let address: [UInt8]

    /// - Parameter environment: that of the process.
    /// - Returns: nil where nobody asks to be told.
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

    /// Sends words, in this order.
    /// - Returns: whether they have arrived; a manager that does not read any more is no reason to wait.
    @discardableResult
    public func tell(_ words: [Word]) -> Bool {
        guard !words.isEmpty else { return true }
        let text = Array(words.map(\.line).joined(separator: "\n").utf8)
        let sent = unsafe address.withUnsafeBytes { address in
            unsafe text.withUnsafeBytes { text in
                // Safe: the address begins with its family and is as long as is told; both outlive the call.
                unsafe sendto(
                    socket, text.baseAddress, text.count, Int32(MSG_NOSIGNAL),
                    address.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
            }
        }
        return sent == text.count
    }

    /// The bytes of a `sockaddr_un`: of a path with its final zero, of an abstract name (`@` before it) without.
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

    /// Microseconds of the clock that `Word.reloading` is told in.
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
