import Foundation
import Synchronization

/// The open streams of events of a server, all on one thread. A stream costs a descriptor and some hundred bytes.
///
/// `@unchecked Sendable`: the thread alone uses the table of streams.
final class HTTPStreams: @unchecked Sendable {
    private struct Shared {
        /// Streams that are open or about to be.
        var count = 0
        var arrived: [(descriptor: Int32, stream: HTTPStream)] = []
        var hasNews = false
        /// How often there may have been news, for secured streams.
        var news = 0
        var isStopped = false
        var isRunning = false
        var dropped = 0
    }

    /// The shortest time between two looks for news.
    private static let pace = Duration.milliseconds(200)
    /// The most bytes of a stream that the kernel buffers, and the time after which it gives up a reader that is gone.
    private static let buffer: Int32 = 32 << 10
    private static let lostAfter: Int32 = 30_000
    /// poll(2): the other end sends nothing more. A macro that is not imported.
    private static let hangup: Int32 = 0x2000

    let most: Int
    let limits: HTTPStream.Limits
    private let shared = Mutex(Shared())
    /// A byte to the first wakes the thread, which waits at the second.
    private let wake: Int32
    private let woken: Int32
    private let ended = DispatchSemaphore(value: 0)
    /// Wakes the threads of secured streams.
    private let condition = NSCondition()
    private var streams: [Int32: HTTPStream] = [:]

    /// - Parameter most: Streams at a time. At most half of the process's descriptors are used.
    init(most: Int, _ limits: HTTPStream.Limits = .init()) {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        // Safe: the array has room for two descriptors.
        let isMade = unsafe most > 0 && socketpair(AF_UNIX, kind, 0, &pair) == 0
        (wake, woken) = (pair[0], pair[1])
        self.most = isMade ? min(most, Self.descriptors(2 * most) / 2) : 0
        self.limits = limits
    }

    deinit {
        for descriptor in [wake, woken] where descriptor >= 0 { close(descriptor) }
    }

    /// Streams that are open.
    var count: Int { shared.withLock { $0.count } }
    /// Streams that were ended because their readers were too slow.
    var dropped: Int { shared.withLock { $0.dropped } }

    /// Reserves a place. Each is used by `add` or given back by `leave`.
    /// - Returns: false if there are too many streams.
    func enter() -> Bool {
        shared.withLock { shared in
            guard shared.count < most, !shared.isStopped else { return false }
            shared.count += 1
            return true
        }
    }

    func leave() { shared.withLock { $0.count -= 1 } }

    /// Counts a secured stream whose reader was too slow.
    func wasTooSlow() { shared.withLock { $0.dropped += 1 } }

    /// Puts an unconnected socket in the place of a connection, which another descriptor keeps open.
    static func replace(_ descriptor: Int32) -> Bool {
        let empty = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard empty >= 0 else { return false }
        defer { close(empty) }
        return dup2(empty, descriptor) == descriptor && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    }

    /// Sends events over a connection until one of both ends.
    /// - Parameter descriptor: of the connection; closed here.
    func add(_ descriptor: Int32, _ events: HTTPEvents, head: [UInt8]) {
        // Without these, a reader that stopped is only found later.
        _ = set(descriptor, SOL_SOCKET, SO_SNDBUF, Self.buffer)
        _ = set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Self.lostAfter)
        let (isTaken, isFirst) = shared.withLock { shared in
            guard !shared.isStopped else { return (false, false) }
            shared.arrived.append((descriptor, HTTPStream(events, head: head, limits, at: .now)))
            defer { shared.isRunning = true }
            return (true, !shared.isRunning)
        }
        guard isTaken else {
            close(descriptor)
            return leave()
        }
        if isFirst {
            let thread = Thread { self.run() }
            thread.name = "shoal-streams"
            thread.stackSize = 512 << 10
            thread.start()
        }
        notify()
    }

    /// Tells that there may be news for the readers.
    func hasNews() {
        let isRunning = shared.withLock { shared in
            shared.hasNews = true
            shared.news += 1
            return shared.isRunning
        }
        wakeSecured()
        if isRunning { notify() }
    }

    /// Ends all streams, and waits for it.
    func stop() {
        let isRunning = shared.withLock { shared in
            defer { shared.isStopped = true }
            return shared.isRunning && !shared.isStopped
        }
        wakeSecured()
        guard isRunning else { return }
        notify()
        ended.wait()
    }

    // MARK: - Secured streams, each on the thread of its connection

    /// Waits for news or a time.
    /// - Parameter known: how often there have been news.
    /// - Returns: How often there have been now; nil: streams end.
    func news(after known: Int, until deadline: ContinuousClock.Instant) -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            let (isStopped, news) = shared.withLock { ($0.isStopped, $0.news) }
            if isStopped { return nil }
            let left = deadline - .now
            if news > known || left <= .zero { return news }
            _ = condition.wait(until: Date(timeIntervalSinceNow: left / .seconds(1)))
        }
    }

    private func wakeSecured() {
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }

    /// The time in seconds without progress after which a secured stream is given up: it is silent until its next comment.
    var longestPause: UInt32 {
        UInt32(clamping: Int64(((limits.heartbeat + limits.patience) / .seconds(1)).rounded(.up)))
    }

    /// A full socket wakes the thread, too.
    private func notify() {
        var byte: UInt8 = 0
        // Safe: the byte outlives the call.
        _ = unsafe send(wake, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    // MARK: - The thread

    private func run() {
        var nextLook = ContinuousClock.now
        while true {
            let now = ContinuousClock.now
            let (isStopped, arrived, hasNews) = shared.withLock { shared in
                defer {
                    shared.arrived = []
                    if now >= nextLook { shared.hasNews = false }
                }
                return (shared.isStopped, shared.arrived, shared.hasNews)
            }
            for (descriptor, stream) in arrived { streams[descriptor] = stream }
            guard !isStopped else { break }
            if hasNews, now >= nextLook {
                nextLook = now + Self.pace
                for descriptor in streams.keys { streams[descriptor]?.hasNews(at: now) }
            }
            work(until: hasNews ? nextLook : nil)
        }
        for descriptor in streams.keys { end(descriptor) }
        ended.signal()
    }

    /// Waits until something can be done, and does it.
    private func work(until next: ContinuousClock.Instant?) {
        var watched = [pollfd(fd: woken, events: Int16(POLLIN), revents: 0)]
        var deadline = next
        for (descriptor, stream) in streams {
            // A reader that closes its end is found at once.
            let events = Int16(Self.hangup) | (stream.isDue ? Int16(POLLOUT) : 0)
            watched.append(pollfd(fd: descriptor, events: events, revents: 0))
            deadline = min(deadline ?? stream.deadline, stream.deadline)
        }
        let time = deadline.map { max(($0 - .now) / .milliseconds(1), 0).rounded(.up) }
        // Safe: the array holds as many elements as it says.
        let count = unsafe poll(&watched, nfds_t(watched.count), time.map { Int32(min($0, 60_000)) } ?? -1)
        if count > 0, watched[0].revents != 0 { drain() }
        let now = ContinuousClock.now
        for entry in watched.dropFirst() {
            if Int32(entry.revents) & (Self.hangup | POLLHUP | POLLERR | POLLNVAL) != 0 {
                end(entry.fd)
            } else if entry.revents != 0 || streams[entry.fd].map({ now >= $0.deadline }) == true {
                step(entry.fd, now, isReady: entry.revents != 0)
            }
        }
    }

    private func step(_ descriptor: Int32, _ now: ContinuousClock.Instant, isReady: Bool) {
        switch streams[descriptor]?.step(at: now, isReady: isReady) {
        case .send(let bytes)?:
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            // Safe: the buffer holds as many bytes as it says and outlives the call.
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe send(descriptor, bytes.baseAddress, bytes.count, flags)
            }
            guard count >= 0 || errno == EAGAIN || errno == EINTR else { return end(descriptor) }
            streams[descriptor]?.took(count, at: now)
        case .drop?:
            shared.withLock { $0.dropped += 1 }
            end(descriptor)
        case .refuse?: end(descriptor)
        case .wait?, nil: break
        }
    }

    private func end(_ descriptor: Int32) {
        guard streams.removeValue(forKey: descriptor) != nil else { return }
        leave()
        close(descriptor)
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        // Safe: at most as many bytes as the buffer holds.
        while unsafe bytes.withUnsafeMutableBytes({ unsafe recv(woken, $0.baseAddress, $0.count, 0) }) > 0 {}
    }

    private func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        // Safe: the size matches the value.
        return unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    /// Returns how many descriptors the process may have, after it was granted as many as wanted, if that is permitted.
    private static func descriptors(_ wanted: Int) -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        // Safe: the limits outlive the calls.
        guard unsafe getrlimit(kind, &limit) == 0 else { return 0 }
        var raised = limit
        raised.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, rlim_t(wanted)))
        guard unsafe setrlimit(kind, &raised) == 0 else { return Int(clamping: limit.rlim_cur) }
        return Int(clamping: raised.rlim_cur)
    }
}
