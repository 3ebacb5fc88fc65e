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

    /// What changes with each request has no lock: a thread that is interrupted while it holds one delays all others.
    final class Connection: Sendable {
        fileprivate let number: Int
        /// A descriptor of our own for the same socket: the server's may be closed, and its number used again, at any time.
        fileprivate let descriptor: Int32
        fileprivate let address: [UInt8]
        /// What stands for the address of the other end; nil if it is not known.
        let client: String?
        /// In nanoseconds since the table was made.
        fileprivate let deadline: Atomic<Int64>
        /// All its requests are answered.
        fileprivate let isIdle = Atomic(false)
        /// It was shut down, and the server has not closed it yet.
        fileprivate let isEnded = Atomic(false)

        fileprivate init(_ number: Int, _ descriptor: Int32, _ address: [UInt8], deadline: Int64) {
            (self.number, self.descriptor, self.address) = (number, descriptor, address)
            client = address.isEmpty ? nil : HTTPConnections.client(address)
            self.deadline = Atomic(deadline)
        }
    }

    private struct Table {
        var connections: [Int: Connection] = [:]
        var next = 1
    }

    private let limits: Limits
    private let start = ContinuousClock.now
    private let table = Mutex(Table())
    /// When the timer looks for overdue connections, in nanoseconds; the largest number: there are none to look for. Set with the table
    /// locked.
    private let look = Atomic(Int64.max)
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
    var count: Int { count { _ in true } }
    /// How many of these have no request.
    var idleCount: Int { count { $0.isIdle.load(ordering: .relaxed) } }

    private func count(_ isCounted: (Connection) -> Bool) -> Int {
        table.withLock { $0.connections.values.count { !$0.isEnded.load(ordering: .relaxed) && isCounted($0) } }
    }

    /// Takes a new connection, and shuts others down if there are too many.
    /// - Returns: nil: it is not watched, because no descriptor was left.
    func add(_ socket: Int32) -> Connection? {
        let descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        let address = Self.address(of: descriptor)
        return table.withLock { table in
            let connection = Connection(table.next, descriptor, address, deadline: time(after: limits.deadline))
            table.next += 1
            table.connections[connection.number] = connection
            setTimer(connection.deadline.load(ordering: .relaxed))
            endOldest(table, most: limits.ofAddress) { $0.address == address }
            endOldest(table, most: limits.total) { _ in true }
            return connection
        }
    }

    /// Tells that a request has begun.
    func begin(_ connection: Connection) {
        // The first request has to come in the time that a new connection has.
        guard connection.isIdle.exchange(false, ordering: .relaxed) else { return }
        set(connection, time(after: limits.deadline))
    }

    /// Tells that a request was answered.
    func finish(_ connection: Connection) {
        set(connection, time(after: limits.idle))
        connection.isIdle.store(true, ordering: .relaxed)
    }

    private func set(_ connection: Connection, _ deadline: Int64) {
        // Sequentially consistent, so that `endOverdue` sees the deadline or this sees that no timer is set.
        connection.deadline.store(deadline, ordering: .sequentiallyConsistent)
        guard deadline < look.load(ordering: .sequentiallyConsistent) else { return }
        table.withLock { _ in setTimer(deadline) }
    }

    /// Sets the timer to a deadline, unless it is set to an earlier one. Called with the table locked.
    private func setTimer(_ deadline: Int64) {
        guard deadline < look.load(ordering: .relaxed) else { return }
        look.store(deadline, ordering: .sequentiallyConsistent)
        timer.schedule(deadline: .now() + .nanoseconds(Int(max(deadline - time(.now), 0))))
    }

    /// Forgets a connection that the server closes.
    func remove(_ connection: Connection) {
        table.withLock { table in
            guard table.connections.removeValue(forKey: connection.number) != nil else { return }
            close(connection.descriptor)
        }
    }

    /// Returns what stands for an address: that of IPv4, also inside one of IPv6, or the first half of one of IPv6.
    static func client(_ address: [UInt8]) -> String {
        let isMapped = address.count == 16 && address.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return Hex.text(isMapped ? address.suffix(4) : address.prefix(8))
    }

    /// Hands a connection over, which is not watched any more.
    /// - Returns: its descriptor, owned by the caller; nil: it was shut down.
    func release(_ connection: Connection) -> Int32? {
        table.withLock { table in
            guard table.connections[connection.number] != nil, !connection.isEnded.load(ordering: .relaxed) else {
                return nil
            }
            table.connections[connection.number] = nil
            return connection.descriptor
        }
    }

    /// Shuts down the connections whose deadline is over.
    func endOverdue(_ now: ContinuousClock.Instant) {
        let now = time(now)
        table.withLock { table in
            look.store(.max, ordering: .sequentiallyConsistent)
            var next = Int64.max
            for connection in table.connections.values where !connection.isEnded.load(ordering: .relaxed) {
                let deadline = connection.deadline.load(ordering: .sequentiallyConsistent)
                if deadline <= now { end(connection) } else { next = min(next, deadline) }
            }
            if next < .max { setTimer(next) }
        }
    }

    private func endOldest(_ table: Table, most: Int, _ isCounted: (Connection) -> Bool) {
        let counted = table.connections.values.filter { !$0.isEnded.load(ordering: .relaxed) && isCounted($0) }
        guard counted.count > most else { return }
        // Those without a request are the first, and then the oldest. Each is looked at once, because it changes meanwhile.
        let order = counted.map { connection in
            (
                isBusy: connection.isIdle.load(ordering: .relaxed) ? 0 : 1,
                deadline: connection.deadline.load(ordering: .relaxed), number: connection.number, connection
            )
        }
        let oldest = order.sorted { ($0.isBusy, $0.deadline, $0.number) < ($1.isBusy, $1.deadline, $1.number) }
        for (_, _, _, connection) in oldest.prefix(counted.count - most) { end(connection) }
    }

    /// The server reads the end of the connection, and closes it. Called with the table locked, so that the descriptor is open.
    private func end(_ connection: Connection) {
        guard !connection.isEnded.exchange(true, ordering: .relaxed) else { return }
        _ = shutdown(connection.descriptor, Int32(SHUT_RDWR))
    }

    private func time(after interval: Duration) -> Int64 { time(.now + interval) }

    private func time(_ instant: ContinuousClock.Instant) -> Int64 { Int64((instant - start) / .nanoseconds(1)) }

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
