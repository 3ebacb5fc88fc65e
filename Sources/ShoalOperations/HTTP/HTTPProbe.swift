import Foundation
public import ShoalSettings

/// A minimal HTTP client for health checks in environments without curl or a shell.
public struct HTTPProbe: Sendable {
    /// There was no answer, or no HTTP answer.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        public var description: String
    }

    public struct Answer: Equatable, Sendable {
        public var status: Int
        public var body: String
    }

    /// The server's address.
    public let address: ListenAddress
    /// The hosts to try in order.
    let hosts: [String]
    /// The timeout of the whole request.
    public var timeout: Duration
    /// The size at which answers are truncated, in bytes.
    private static let most = 1 << 20

    public init(_ address: ListenAddress, timeout: Duration) {
        // The machine's own addresses as numbers, because `localhost` cannot be resolved without /etc/hosts.
        hosts =
            switch address.host {
            case nil, "localhost": ["127.0.0.1", "::1"]
            case "0.0.0.0": ["127.0.0.1"]
            case "::": ["::1"]
            case let host?: [host]
            }
        self.address = ListenAddress(host: hosts.count > 1 ? "localhost" : hosts[0], port: address.port)
        self.timeout = timeout
    }

    /// Sends a `GET` over a new connection. Blocks the thread until there is an answer or the timeout has passed.
    /// - Parameter headers: further headers, such as `Authorization: Bearer …`.
    public func get(_ path: String, headers: [String] = []) throws(Failure) -> Answer {
        let deadline = ContinuousClock.now + timeout
        let socket = try connect(until: deadline)
        defer { close(socket) }
        let host = headers.contains { $0.hasPrefix("Host:") } ? [] : ["Host: \(address)"]
        let lines = ["GET \(path) HTTP/1.0"] + host + ["Connection: close"] + headers
        let head = lines.map { $0 + "\r\n" }.joined() + "\r\n"
        try send(Array(head.utf8), socket, deadline)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while answer.count < Self.most {
            try wait(socket, POLLIN, deadline)
            // Safe: at most as many bytes as the buffer holds.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            if count == 0 { break }
            answer += buffer.prefix(count)
        }
        let text = String(decoding: answer, as: UTF8.self)
        let words = text.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            throw Failure(
                description: "\(address): the response is not HTTP. Check that this is http.listen of an instance")
        }
        return Answer(status: status, body: text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "")
    }

    private func connect(until deadline: ContinuousClock.Instant) throws(Failure) -> Int32 {
        var problem: Failure?
        for host in hosts {
            do throws(Failure) {
                return try connect(to: host, deadline)
            } catch {
                // The first error is more useful: without IPv6 the second only says so.
                problem = problem ?? error
            }
        }
        throw problem ?? Failure(description: "\(address): has no address")
    }

    private func connect(to host: String, _ deadline: ContinuousClock.Instant) throws(Failure) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        // Safe: the list is owned here until it is freed below.
        let code = unsafe getaddrinfo(host, String(address.port), &hints, &list)
        guard code == 0 else { throw Failure(description: "\(address): \(unsafe String(cString: gai_strerror(code)))") }
        defer { unsafe freeaddrinfo(list) }
        var problem = Failure(description: "\(address): has no address")
        var next = unsafe list
        while let found = unsafe next {
            do throws(Failure) {
                return unsafe try connect(to: found.pointee, deadline)
            } catch {
                problem = error
            }
            unsafe next = found.pointee.ai_next
        }
        throw problem
    }

    private func connect(to found: addrinfo, _ deadline: ContinuousClock.Instant) throws(Failure) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Foundation.socket(unsafe found.ai_family, kind, 0)
        guard socket >= 0 else { throw failure(errno) }
        do throws(Failure) {
            if unsafe Foundation.connect(socket, found.ai_addr, found.ai_addrlen) != 0 {
                guard errno == EINPROGRESS else { throw failure(errno) }
                try wait(socket, POLLOUT, deadline)
                var code: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                // Safe: the size is that of the code.
                guard unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { throw failure(errno) }
                guard code == 0 else { throw failure(code) }
            }
            return socket
        } catch {
            close(socket)
            throw error
        }
    }

    private func send(_ bytes: [UInt8], _ socket: Int32, _ deadline: ContinuousClock.Instant) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(socket, POLLOUT, deadline)
            // Safe: at most as many bytes as there are.
            let count = unsafe rest.withUnsafeBytes {
                unsafe Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            rest = rest.dropFirst(count)
        }
    }

    private func wait(_ socket: Int32, _ event: Int32, _ deadline: ContinuousClock.Instant) throws(Failure) {
        while true {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else { throw Failure(description: "\(address): no response within \(timeout)") }
            var question = pollfd(fd: socket, events: Int16(event), revents: 0)
            // Safe: one descriptor is passed.
            let found = unsafe poll(&question, 1, Int32(left.rounded(.up)))
            if found > 0 { return }
            if found < 0, errno != EINTR { throw failure(errno) }
        }
    }

    private func failure(_ code: Int32) -> Failure {
        Failure(description: "\(address): \(unsafe String(cString: strerror(code)).lowercased())")
    }
}
