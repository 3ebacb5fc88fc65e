import CShoalIntrinsics
import Dispatch
import Foundation
import ShoalSettings
import Synchronization
import TestSupport
import Testing

@testable import ShoalOperations

@Suite("The HTTP server")
struct HTTPServerTests {
    private static func server() throws -> HTTPServer {
        let routes = [
            HTTPRoute("/hello", "greets") { request in
                HTTPResponse(request.query["loud"] == nil ? "hello\n" : "HELLO \(request.query["loud"] ?? "")\n")
            },
            HTTPRoute("/teapot", "") { _ in HTTPResponse("{}", status: 503, contentType: HTTPResponse.json) },
        ]
        return try HTTPServer(ListenAddress(host: "127.0.0.1", port: 0), routes: routes)
    }

    @Test("GET is answered with arguments, status and content type")
    func get() async throws {
        let server = try Self.server()
        let plain = try await http(server.port, "/hello")
        #expect(plain.status == 200 && plain.body == "hello\n")
        #expect(plain.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(try await http(server.port, "/hello?loud").body == "HELLO \n")
        #expect(try await http(server.port, "/hello?x=1&loud=a%20b").body == "HELLO a b\n")
        let other = try await http(server.port, "/teapot")
        #expect(other.status == 503 && other.headers["content-type"] == "application/json")
        await server.stop()
    }

    @Test("HEAD returns the headers of GET without a body")
    func head() async throws {
        let server = try Self.server()
        let answer = try await http(server.port, "/hello", method: "HEAD")
        #expect(answer.status == 200 && answer.body.isEmpty && answer.headers["content-length"] == "6")
        await server.stop()
    }

    @Test("an unknown path gives 404 with a list, and another method gives 405, with or without a body")
    func refused() async throws {
        let server = try Self.server()
        let unknown = try await http(server.port, "/helo")
        #expect(unknown.status == 404)
        #expect(unknown.body == "not found; available paths:\n  /hello  greets\n  /teapot\n")
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let body = String(repeating: "x", count: method == "POST" ? 200_000 : 0)
            let answer = try await http(server.port, "/hello", method: method, body: body)
            #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD", "\(method)")
        }
        await server.stop()
    }

    @Test(
        "a page of another site cannot use the log-in that a browser keeps",
        arguments: [
            (["Sec-Fetch-Site: cross-site"], 403), (["Sec-Fetch-Site: same-site"], 403), (["Origin: null"], 403),
            (["Origin: https://elsewhere.example"], 403), (["Origin: http://localhost.example"], 403),
            (["Origin: http://localhost"], 200), (["Origin: https://LOCALHOST"], 200), ([], 200),
            (["Sec-Fetch-Site: same-origin", "Origin: http://behind.a.proxy"], 200), (["Sec-Fetch-Site: none"], 200),
        ] as [([String], Int)])
    func foreign(_ headers: [String], _ status: Int) async throws {
        let routes = [
            HTTPRoute("/act", "", method: .post) { _ in HTTPResponse("") },
            HTTPRoute("/see", "") { _ in HTTPResponse("") },
        ]
        let server = try HTTPServer(ListenAddress(host: "127.0.0.1", port: 0), routes: routes)
        #expect(try await http(server.port, "/act", method: "POST", headers: headers, body: "x").status == status)
        // Such a page cannot read the answer.
        #expect(try await http(server.port, "/see", headers: headers).status == 200)
        await server.stop()
    }

    @Test("a hundred concurrent requests are answered, and none after the stop")
    func many() async throws {
        let server = try Self.server()
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<100 { tasks.addTask { try await http(server.port, "/hello").status } }
            for try await status in tasks { #expect(status == 200) }
        }
        await server.stop()
        await server.stop()
        await #expect(throws: (any Error).self) { try await http(server.port, "/hello") }
        // The port is free again.
        let next = try HTTPServer(ListenAddress(host: "127.0.0.1", port: server.port), routes: [])
        #expect(next.port == server.port)
        await next.stop()
    }

    @Test("a client that sends nothing or half a request does not delay others")
    func slow() async throws {
        let server = try Self.server()
        let silent = try (0..<20).map { _ in try connection(to: server.port) }
        for handle in silent.prefix(10) { try handle.write(contentsOf: Data("GET /hello HTTP/1.1\r\nHo".utf8)) }
        #expect(try await http(server.port, "/hello").status == 200)
        await server.stop()
        for handle in silent { try handle.close() }
    }

    @Test("an answer that all share is sent to each, and what is changed in a copy of it, too")
    func shared() async throws {
        var answer = HTTPResponse("the same", contentType: HTTPResponse.json)
        answer.headers["ETag"] = "1"
        let shared = answer.shared
        var (other, longer) = (shared, shared)
        other.headers["ETag"] = "2"
        longer.body += " and more"
        #expect(shared == answer && other != shared && longer != shared)
        let answers = ["/shared": shared, "/other": other, "/longer": longer]
        let server = try HTTPServer(
            ListenAddress(host: "127.0.0.1", port: 0),
            routes: answers.map { path, answer in HTTPRoute(path, "") { _ in answer } })
        for (path, answer) in answers {
            for _ in 0..<2 {
                let found = try await http(server.port, path)
                #expect(found.status == 200 && found.body == answer.body, "\(path)")
                #expect(found.headers["etag"] == answer.headers["ETag"], "\(path)")
            }
        }
        await server.stop()
    }

    @Test("the server's threads have short turns, and the one that starts it has its own again")
    func turns() async throws {
        /// The calling thread's, in nanoseconds.
        @Sendable func turns() -> UInt64 {
            let found = shorten_turns()
            restore_turns(found)
            return found.runtime
        }
        let before = turns()
        let server = try HTTPServer(
            ListenAddress(host: "127.0.0.1", port: 0),
            routes: [HTTPRoute("/", "") { _ in HTTPResponse("\(turns())") }])
        #expect(turns() == before)
        // Before Linux 6.12, there are none, and both are 0.
        #expect(try await http(server.port, "/").body == (before > 0 ? "100000" : "0"))
        await server.stop()
    }

    /// Connections that say a part of a request.
    private func trickling(_ count: Int, to server: HTTPServer) throws -> [FileHandle] {
        try (0..<count).map { _ in
            let handle = try connection(to: server.port)
            try handle.write(contentsOf: Data("GET /hello HTTP/1.1\r\nHo".utf8))
            return handle
        }
    }

    @Test("connections that trickle do not keep others from being answered", arguments: [128, 300])
    func starving(count: Int) async throws {
        let server = try Self.server()
        let slow = try trickling(count, to: server)
        for _ in 0..<5 { #expect(try await http(server.port, "/hello").status == 200) }
        #expect(server.connectionCount <= 128, "the limit of an address")
        for handle in slow.prefix(20) { try? handle.write(contentsOf: Data("s".utf8)) }
        #expect(try await http(server.port, "/hello").status == 200)
        await server.stop()
        for handle in slow { try handle.close() }
    }

    @Test("a connection is closed when its deadline is over, though it sends a byte now and then")
    func deadline() async throws {
        let limits = HTTPConnections.Limits(deadline: .seconds(1))
        let server = try HTTPServer(
            ListenAddress(host: "127.0.0.1", port: 0), routes: [HTTPRoute("/hello", "") { _ in HTTPResponse("") }],
            limits: limits)
        let slow = try trickling(3, to: server)
        let writing = Task {
            while !Task.isCancelled {
                // A connection that was closed refuses the byte.
                for handle in slow { _ = unsafe send(handle.fileDescriptor, "s", 1, Int32(MSG_NOSIGNAL)) }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        for handle in slow { try await waitForEnd(of: handle) }
        writing.cancel()
        _ = await writing.result
        await server.stop()
        for handle in slow { try handle.close() }
    }

    private static func greeting(_ limits: HTTPConnections.Limits) throws -> HTTPServer {
        let hello = HTTPRoute("/hello", "") { _ in HTTPResponse("hello\n") }
        return try HTTPServer(ListenAddress(host: "127.0.0.1", port: 0), routes: [hello], limits: limits)
    }

    /// Sends a request over a connection, and returns its answer.
    private func ask(_ handle: FileHandle) async throws -> String {
        try handle.write(contentsOf: Data("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        return try await onThread {
            var answer = Data()
            while !String(decoding: answer, as: UTF8.self).hasSuffix("\r\n\r\nhello\n") {
                let more = try receive(handle)
                guard !more.isEmpty else { break }
                answer += more
            }
            return String(decoding: answer, as: UTF8.self)
        }
    }

    private func waitForEnd(of handle: FileHandle) async throws {
        let rest = try await onThread {
            let end = ContinuousClock.now + patience
            while true {
                do { return try receive(handle) } catch { if ContinuousClock.now >= end { throw error } }
            }
        }
        #expect(rest.isEmpty)
    }

    @Test("a connection serves many requests, one after the other or sent at once, until the server stops")
    func kept() async throws {
        let server = try Self.greeting(.init())
        let handle = try connection(to: server.port)
        defer { try? handle.close() }
        for _ in 0..<3 {
            let answer = try await ask(handle)
            #expect(answer.hasPrefix("HTTP/1.1 200") && !answer.lowercased().contains("connection: close"))
        }
        try handle.write(contentsOf: Data("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        let answers = try await ask(handle)
        #expect(server.connectionCount == 1 && answers.contains("hello\n"))
        await server.stop()
        // The second of the two answers may still be there.
        while try await !onThread({ try receive(handle) }).isEmpty {}
    }

    @Test("a connection without a request is closed after a while")
    func idle() async throws {
        let server = try Self.greeting(.init(deadline: .seconds(60), idle: .seconds(1)))
        let handle = try connection(to: server.port)
        defer { try? handle.close() }
        #expect(try await ask(handle).hasPrefix("HTTP/1.1 200"))
        try await waitForEnd(of: handle)
        await server.stop()
    }

    @Test("each request of a connection has a time of its own")
    func times() async throws {
        let server = try Self.greeting(.init(deadline: .seconds(3)))
        let handle = try connection(to: server.port)
        defer { try? handle.close() }
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(4) {
            #expect(try await ask(handle).hasPrefix("HTTP/1.1 200"))
            try await Task.sleep(for: .milliseconds(100))
        }
        // The rest of this one does not come.
        try handle.write(contentsOf: Data("GET /hello HTTP/1.1\r\nHo".utf8))
        try await waitForEnd(of: handle)
        await server.stop()
    }

    @Test("connections without a request are closed first when there are too many")
    func crowded() async throws {
        let server = try Self.greeting(.init(total: 4, ofAddress: 4, deadline: .seconds(60)))
        let busy = try trickling(2, to: server)
        let idle = try connection(to: server.port)
        _ = try await ask(idle)
        let end = ContinuousClock.now + patience
        // The client may have the answer before the server knows that it was sent.
        while server.idleConnectionCount != 1, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(20))
        }
        let others = try trickling(2, to: server)
        try await waitForEnd(of: idle)
        while server.connectionCount != 4, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        for handle in busy + others {
            try handle.write(contentsOf: Data("st: localhost\r\n\r\n".utf8))
            let answer = try await onThread { try receive(handle) }
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
        }
        await server.stop()
        for handle in busy + others + [idle] { try handle.close() }
    }

    private final class Counter: Sendable {
        let value = Mutex(0)
    }

    @Test("an answer that takes long does not delay another one, and is made once for all who ask meanwhile")
    func blocked() async throws {
        let (gate, count) = (DispatchSemaphore(value: 0), Counter())
        let slow = HTTPRoute("/slow", "") { _ in
            count.value.withLock { $0 += 1 }
            gate.wait()
            return HTTPResponse("slow\n")
        }
        let server = try HTTPServer(
            ListenAddress(host: "127.0.0.1", port: 0),
            routes: [slow.cached(for: .seconds(600)), HTTPRoute("/hello", "") { _ in HTTPResponse("hello\n") }],
            limits: HTTPConnections.Limits(deadline: .seconds(60)))
        async let answers = withThrowingTaskGroup(of: String.self) { tasks in
            for _ in 0..<5 { tasks.addTask { try await http(server.port, "/slow").body } }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        while count.value.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await http(server.port, "/hello").body == "hello\n")
        gate.signal()
        #expect(try await answers == Array(repeating: "slow\n", count: 5))
        #expect(try await http(server.port, "/slow").body == "slow\n")
        #expect(count.value.withLock { $0 } == 1)
        await server.stop()
    }

    @Test("a port in use and a foreign address are errors with a remedy")
    func inUse() async throws {
        let server = try Self.server()
        let error = #expect(throws: ListenError.self) {
            try HTTPServer(ListenAddress(host: "127.0.0.1", port: server.port), routes: [])
        }
        #expect(error?.description.contains("address already in use: stop the process") == true, "\(error as Any)")
        let foreign = #expect(throws: ListenError.self) {
            try HTTPServer(ListenAddress(host: "192.0.2.1", port: 0), routes: [])
        }
        #expect(foreign?.description.contains("use an address of this machine") == true)
        #expect(throws: ListenError.self) {
            try HTTPServer(ListenAddress(host: "no.such.host.invalid", port: 0), routes: [])
        }
        await server.stop()
    }

    @Test("without a host the server listens on every address")
    func everywhere() async throws {
        let server = try HTTPServer(ListenAddress(host: nil, port: 0), routes: [])
        #expect(try await http(server.port, "/").status == 404)
        await server.stop()
    }
}

@Suite("Addresses to listen on")
struct ListenAddressTests {
    @Test(
        "valid addresses have a host and a port",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), (":9", nil, 9), ("[::1]:0", "::1", 0),
            ("localhost:65535", "localhost", 65_535),
        ] as [(String, String?, UInt16)])
    func right(_ text: String, _ host: String?, _ port: UInt16) {
        let address = ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address?.description == text)
    }

    @Test(
        "invalid addresses are refused",
        arguments: [
            "", "8080", "localhost", "a:", "a:b", "a:65536", "a:-1", "::1:80", "[::1]", "[a]:1", "http://a:1", "a b:1",
        ])
    func wrong(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
