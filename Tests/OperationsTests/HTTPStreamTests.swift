import Foundation
import ShoalSettings
import Synchronization
import TestSupport
import Testing

@testable import ShoalOperations

/// Lines that streams send as events.
private final class Feed: Sendable {
    let lines = Mutex<[String]>([])
    let isPermitted = Mutex(true)

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    struct Source: HTTPEvents.Source {
        let feed: Feed
        var position: Int

        mutating func next() -> String? {
            feed.lines.withLock { lines in
                guard position < lines.count else { return nil }
                position += 1
                return HTTPEvents.text("line", id: "\(position)", data: lines[position - 1])
            }
        }
    }
}

@Suite("Streams of events")
struct HTTPStreamTests {
    private let feed = Feed()

    private func server(
        most: Int = 10, _ limits: HTTPStream.Limits = .init(heartbeat: .seconds(600), patience: .seconds(600)),
        tls: HTTPTLS? = nil
    ) throws -> HTTPServer {
        var route = HTTPRoute("/events", "") { _ in HTTPResponse("a list\n") }
        route.events = { [feed] request in
            .events(HTTPEvents(Feed.Source(feed: feed, position: Int(request.lastEvent ?? "") ?? 0)))
        }
        var service = HTTPService(routes: [route, HTTPRoute("/hello", "") { _ in HTTPResponse("hello\n") }])
        service.mostStreams = most
        service.isPermitted = { [feed] _, _ in feed.isPermitted.withLock { $0 } }
        return try HTTPServer(
            ListenAddress(host: "127.0.0.1", port: 0), setting: "http.listen", service, tls: tls, limits: .init(),
            streams: limits)
    }

    private func open(_ server: HTTPServer, _ header: String = "") throws -> FileHandle {
        let handle = try connection(to: server.port)
        let head = "GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\(header)\r\n"
        try handle.write(contentsOf: Data(head.utf8))
        return handle
    }

    /// Reads until a text has come, or the end: nil stands for the end.
    private func read(_ handle: FileHandle, until text: String?) async throws -> String {
        try await onThread {
            var found = Data()
            let end = ContinuousClock.now + patience
            while ContinuousClock.now < end {
                let more = try receive(handle)
                if more.isEmpty { break }
                found += more
                if let text, found.range(of: Data(text.utf8)) != nil { break }
            }
            return String(decoding: found, as: UTF8.self)
        }
    }

    private func wait(_ what: Comment, until isSo: () -> Bool) async throws {
        let end = ContinuousClock.now + patience
        while !isSo(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
        #expect(isSo(), what)
    }

    @Test("events come in their order, from the position that is asked for, until the server stops")
    func follows() async throws {
        let server = try server()
        feed.add("one")
        feed.add("two")
        let (first, second) = (try open(server), try open(server, "Last-Event-ID: 1\r\n"))
        let text = try await read(first, until: "data: two\n\n")
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.contains("\r\nContent-Type: text/event-stream\r\n"))
        #expect(text.contains("\r\nDate: ") && text.contains(" GMT\r\n") && text.contains("\r\nConnection: close\r\n"))
        #expect(text.hasSuffix("event: line\nid: 1\ndata: one\n\nevent: line\nid: 2\ndata: two\n\n"), "\(text)")
        let later = try await read(second, until: "data: two\n\n")
        #expect(!later.contains("one") && later.hasSuffix("event: line\nid: 2\ndata: two\n\n"), "\(later)")
        feed.add("three")
        server.hasNews()
        for handle in [first, second] {
            #expect(try await read(handle, until: "\n\n") == "event: line\nid: 3\ndata: three\n\n")
        }
        #expect(server.openStreams == 2 && server.connectionCount == 0, "streams are no connections of the library")
        #expect(try await http(server.port, "/events").body == "a list\n")
        let accepted = "Accept: a/b, text/event-stream;q=1"
        let head = try await http(server.port, "/events", method: "HEAD", headers: [accepted])
        #expect(head.status == 200 && head.headers["content-type"] == "text/event-stream" && head.body.isEmpty)
        await server.stop()
        #expect(server.openStreams == 0)
        for handle in [first, second] { #expect(try await read(handle, until: nil).isEmpty) }
    }

    @Test("there are as many streams as permitted, and a place becomes free when a reader leaves")
    func bounded() async throws {
        let server = try server(most: 2)
        let handles = try [open(server), open(server)]
        try await wait("two streams") { server.openStreams == 2 }
        let accept = ["Accept: text/event-stream"]
        let refused = try await http(server.port, "/events", headers: accept)
        #expect(refused.status == 503 && refused.headers["retry-after"] == "30", "\(refused)")
        #expect(try await http(server.port, "/events").status == 200)
        try handles[0].close()
        try await wait("a free place") { server.openStreams == 1 }
        let again = try open(server)
        #expect(try await read(again, until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        // The readers that stay are kept until here.
        for handle in [handles[1], again] { try handle.close() }
        await server.stop()
        let closed = try self.server(most: 0)
        #expect(try await http(closed.port, "/events", headers: accept).status == 503)
        await closed.stop()
    }

    @Test("a reader that takes nothing is dropped, and others go on")
    func slow() async throws {
        let server = try server(HTTPStream.Limits(heartbeat: .seconds(600), patience: .seconds(2)))
        let (slow, quick) = (try open(server), try open(server, "Last-Event-ID: 3000\r\n"))
        try await wait("two streams") { server.openStreams == 2 }
        // More than the sockets of both ends buffer.
        let line = String(repeating: "x", count: 10_000)
        for _ in 0..<3_000 { feed.add(line) }
        server.hasNews()
        try await wait("the slow one is dropped") { server.droppedStreams == 1 }
        feed.add("after")
        server.hasNews()
        #expect(try await read(quick, until: "after\n\n").hasSuffix("id: 3001\ndata: after\n\n"))
        #expect(server.openStreams == 1)
        await server.stop()
        try slow.close()
    }

    @Test("over TLS, events come, a reader that takes nothing is dropped, and the server stops")
    func secured() async throws {
        let folder = try TemporaryFolder()
        let (certificate, key) = (folder.url.appending(path: "a.pem").path, folder.url.appending(path: "a.key").path)
        try run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=a",
                "-days", "2", "-keyout", key, "-out", certificate,
            ])
        var values = SettingValues()
        (values.apiCertificateFile, values.apiKeyFile) = (certificate, key)
        let server = try server(.init(heartbeat: .seconds(1), patience: .seconds(2)), tls: try HTTPTLS(values))
        feed.add("one")
        let (questions, answers) = (Pipe(), Pipe())
        let client = try ChildProcess(
            "openssl", ["s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)"],
            input: questions.fileHandleForReading, output: answers.fileHandleForWriting)
        defer {
            client.signal(SIGKILL)
            client.waitUntilExit()
        }
        let head = "GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n"
        try questions.fileHandleForWriting.write(contentsOf: Data(head.utf8))
        let output = answers.fileHandleForReading
        let text = try await onThread {
            var text = ""
            while !text.contains("data: one\n\n"), let more = try output.read(upToCount: 1), !more.isEmpty {
                text += String(decoding: more, as: UTF8.self)
            }
            return text
        }
        #expect(
            text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.contains("\r\nContent-Type: text/event-stream\r\n"), "\(text)"
        )
        #expect(server.openStreams == 1 && server.connectionCount == 0)
        // Nobody reads the client's output, so that the client stops reading.
        let line = String(repeating: "x", count: 10_000)
        for _ in 0..<3_000 { feed.add(line) }
        server.hasNews()
        try await wait("the slow one is dropped") { server.droppedStreams == 1 && server.openStreams == 0 }
        await server.stop()
    }

    @Test("a stream ends when its reader is not permitted any more, at the next heartbeat at the latest")
    func withdrawn() async throws {
        let server = try server(HTTPStream.Limits(heartbeat: .milliseconds(100), patience: .seconds(10)))
        let handle = try open(server)
        #expect(try await read(handle, until: ":\n\n").contains("\r\n\r\n:\n\n"))
        feed.isPermitted.withLock { $0 = false }
        let rest = try await read(handle, until: nil)
        #expect(rest.allSatisfy { $0 == ":" || $0 == "\n" } && server.openStreams == 0 && server.droppedStreams == 0)
        await server.stop()
    }

    @Test("many streams take no thread, and do not delay others")
    func many() async throws {
        let server = try server(most: 40)
        var handles: [FileHandle] = []
        for _ in 0..<40 {
            handles.append(try open(server))
            // An address has fewer connections than streams.
            if handles.count % 20 == 0 {
                try await wait("connections become streams") {
                    server.openStreams == handles.count && server.connectionCount == 0
                }
            }
        }
        #expect(try await http(server.port, "/hello").status == 200)
        feed.add("news")
        server.hasNews()
        for handle in handles { #expect(try await read(handle, until: "news\n\n").hasSuffix("data: news\n\n")) }
        await server.stop()
    }

    @Test("a stream sends its head, then texts, then comments, and waits or gives up in time")
    func steps() throws {
        let start = ContinuousClock.now
        func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }
        feed.add("one")
        let event = Array("event: line\nid: 1\ndata: one\n\n".utf8)
        var stream = HTTPStream(
            HTTPEvents(Feed.Source(feed: feed, position: 0)), head: Array("head".utf8), .init(), at: start)
        func step(_ seconds: Int, isReady: Bool = true) -> HTTPStream.Step {
            stream.step(at: at(seconds), isReady: isReady)
        }
        #expect(stream.isDue && step(1) == .send(Array("head".utf8)[...]))
        stream.took(1, at: at(1))
        #expect(step(2) == .send(Array("head".utf8)[1...]) && stream.deadline == at(11))
        stream.took(3, at: at(2))
        #expect(step(2) == .send(event[...]))
        stream.took(event.count, at: at(3))
        // It is not known yet whether there is more, and the socket may be full.
        #expect(stream.isDue && step(12, isReady: false) == .wait && stream.deadline == at(13))
        #expect(step(12) == .wait && !stream.isDue && stream.deadline == at(18))
        #expect(step(17, isReady: false) == .wait)
        #expect(step(18, isReady: false) == .send(Array(":\n\n".utf8)[...]))
        stream.took(3, at: at(18))
        #expect(step(18) == .wait)
        // Patience begins with the news.
        stream.hasNews(at: at(30))
        #expect(step(39, isReady: false) == .wait && step(40, isReady: false) == .drop)
        var refused = HTTPEvents(Feed.Source(feed: feed, position: 0))
        refused.isPermitted = { false }
        var other = HTTPStream(refused, head: [], .init(), at: start)
        #expect(other.step(at: start, isReady: true) == .refuse)
    }
}
