import Dispatch
import Foundation
import ShoalSchemas
import Synchronization

/// The open connections of a server. It closes those that take too long. When there are too many, it closes those that wait for a
/// next request, and then the oldest ones, so that a new connection, as of a probe, never waits for slow clients.
///
/// `@unchecked Sendable`: the timer is only kept, and cancelled at the end.
final class HTTPConnections: @unchecked Sendable {
    struct Limits: Sendable {
        /// Connections at a time.
        var total = 256
        /// Connections at a time from one address.
        var ofAddress = 128
        /// Time from the beginning of a connection, or of a later request of it, to the end of the answer.
        var deadline = Duration.seconds(10)
        /// Time from an answer to the beginning of the next request.
        var idle = Duration.seconds(60)
    }

    private struct Connection {
        /// A descriptor of our own for the same socket: the server's may be closed, and its number used again, at any time.
        var descriptor: Int32
        var address: [UInt8]
        var deadline: ContinuousClock.Instant
        /// All its requests are answered.
        var isIdle = false
        /// It was shut down, and the server has not closed it yet.
        var isEnded = false
    }

    private struct Table {
        var connections: [Int: Connection] = [:]
        var next = 1
        /// When the timer looks for overdue connections; nil: there are none to look for.
        var look: ContinuousClock.Instant?
    }

    private let limits: Limits
    private let table = Mutex(Table())
    private let timer: any DispatchSourceTimer

    init(_ limits: Limits) {
        self.limits = limits
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "shoal-http-deadlines"))
        timer.setEventHandler { [weak self] in self?.endOverdue(.now) }
        timer.activate()
    }

    deinit {
        timer.cancel()
        table.withLock { table in
            for connection in table.connections.values { close(connection.descriptor) }
        }
    }

    /// How many are open and not shut down.
    var count: Int { table.withLock { $0.connections.values.count { !$0.isEnded } } }

    /// Takes a new connection, and shuts others down if there are too many.
    /// - Returns: its number, for `remove`; 0: it is not watched, because no descriptor was left.
    func add(_ socket: Int32) -> Int {
        let descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return 0 }
        let address = Self.address(of: descriptor)
        return table.withLock { table in
            let number = table.next
            table.next += 1
            table.connections[number] = Connection(
                descriptor: descriptor, address: address, deadline: .now + limits.deadline)
            look(by: .now + limits.deadline, &table)
            endOldest(&table, most: limits.ofAddress) { $0.address == address }
            endOldest(&table, most: limits.total) { _ in true }
            return number
        }
    }

    /// Tells that a request has begun.
    func begin(_ number: Int) {
        table.withLock { table in
            // The first request has to come in the time that a new connection has.
            guard table.connections[number]?.isIdle == true else { return }
            table.connections[number]?.isIdle = false
            table.connections[number]?.deadline = .now + limits.deadline
            look(by: .now + limits.deadline, &table)
        }
    }

    /// Tells that a request was answered.
    func finish(_ number: Int) {
        table.withLock { table in
            table.connections[number]?.isIdle = true
            table.connections[number]?.deadline = .now + limits.idle
            look(by: .now + limits.idle, &table)
        }
    }

    /// Forgets a connection that the server closes.
    func remove(_ number: Int) {
        table.withLock { table in
            guard let connection = table.connections.removeValue(forKey: number) else { return }
            close(connection.descriptor)
        }
    }

    /// Returns what stands for the address of the other end; nil if it is not known.
    func client(_ number: Int) -> String? {
        guard let address = table.withLock({ $0.connections[number]?.address }), !address.isEmpty else { return nil }
        return Self.client(address)
    }

    /// Returns what stands for an address: that of IPv4, also inside one of IPv6, or the first half of one of IPv6.
    static func client(_ address: [UInt8]) -> String {
        let isMapped = address.count == 16 && address.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return Hex.text(isMapped ? address.suffix(4) : address.prefix(8))
    }

    /// Hands a connection over, which is not watched any more.
    /// - Returns: its descriptor, owned by the caller; nil: it was shut down, or has never been watched.
    func release(_ number: Int) -> Int32? {
        table.withLock { table in
            guard let connection = table.connections[number], !connection.isEnded else { return nil }
            table.connections[number] = nil
            return connection.descriptor
        }
    }

    /// Shuts down the connections whose deadline is over.
    func endOverdue(_ now: ContinuousClock.Instant) {
        table.withLock { table in
            for (number, connection) in table.connections where connection.deadline <= now { end(&table, number) }
            table.look = nil
            let next = table.connections.values.lazy.filter { !$0.isEnded }.map(\.deadline).min()
            if let next { look(by: next, &table) }
        }
    }

    /// Sets the timer to a deadline, unless it is set to an earlier one.
    private func look(by deadline: ContinuousClock.Instant, _ table: inout Table) {
        guard table.look.map({ deadline < $0 }) ?? true else { return }
        table.look = deadline
        let time = max(deadline - .now, .zero)
        timer.schedule(deadline: .now() + .nanoseconds(Int(time / .nanoseconds(1))))
    }

    private func endOldest(_ table: inout Table, most: Int, _ isCounted: (Connection) -> Bool) {
        let counted = table.connections.filter { !$0.value.isEnded && isCounted($0.value) }
        guard counted.count > most else { return }
        let (idle, busy) = (counted.filter(\.value.isIdle), counted.filter { !$0.value.isIdle })
        let oldest = [idle, busy].flatMap { $0.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) } }
        for (number, _) in oldest.prefix(counted.count - most) { end(&table, number) }
    }

    /// The server reads the end of the connection, and closes it.
    private func end(_ table: inout Table, _ number: Int) {
        guard let connection = table.connections[number], !connection.isEnded else { return }
        table.connections[number]?.isEnded = true
        _ = shutdown(connection.descriptor, Int32(SHUT_RDWR))
    }

    /// The bytes of the other end's address, without the port; empty if it has none.
    private static func address(of socket: Int32) -> [UInt8] {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Safe: the storage holds an address of any family, and it is read as the family that it says it is.
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            let isKnown = unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe getpeername(socket, pointer, &length) == 0
            }
            guard isKnown else { return [] }
            switch Int32(unsafe pointer.pointee.ss_family) {
            case AF_INET:
                return unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                    unsafe withUnsafeBytes(of: &pointer.pointee.sin_addr) { unsafe Array($0) }
                }
            case AF_INET6:
                return unsafe pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    unsafe withUnsafeBytes(of: &pointer.pointee.sin6_addr) { unsafe Array($0) }
                }
            default: return []
            }
        }
    }
}
