internal import CShoalIntrinsics
internal import CShoalMicroHTTPD
import Foundation
public import ShoalSettings
import Synchronization

/// A small HTTP server on GNU libmicrohttpd, with a thread for each connection: a slow answer, or a slow client, does not delay
/// the answers to others. Nothing of it runs on the cooperative pool. A connection is kept for further requests, except after a
/// stream of events. Streams leave the library and its threads (`HTTPStreams`), unless they are secured: the session of TLS is the
/// library's.
///
/// `@unchecked Sendable`: the daemon is thread-safe, and `stop` lets only one caller end it.
@safe public final class HTTPServer: @unchecked Sendable {
    /// The port that it listens on.
    public let port: UInt16

    private let daemon: OpaquePointer
    private let context: Context
    /// Connections that were shut down count for the library until their threads have ended.
    private static let reserve = 64
    private static let stackSize = 1 << 20

    /// The state that the library's callbacks access.
    private final class Context: Sendable {
        let service: HTTPService
        /// The number of requests without a complete answer.
        let open = Atomic(0)
        /// Whether connections end with their current request, and somebody ends the daemon.
        let isStopped = Atomic(false)
        let connections: HTTPConnections
        let streams: HTTPStreams
        let tls: HTTPTLSTexts
        let isSecured: Bool

        init(
            _ service: HTTPService, _ tls: HTTPTLS?, _ limits: HTTPConnections.Limits,
            _ streamLimits: HTTPStream.Limits
        ) {
            self.service = service
            self.tls = HTTPTLSTexts(tls)
            isSecured = tls != nil
            connections = HTTPConnections(limits)
            streams = HTTPStreams(most: service.mostStreams, streamLimits)
        }
    }

    /// A request whose body is being read, one byte more than the largest at most. Only the thread of its connection uses it.
    private final class Pending {
        var body: [UInt8] = []
        /// Whether it is answered with a stream of events that the library sends.
        var isStream = false
    }

    /// Starts listening.
    /// - Parameters:
    ///   - setting: the setting with the address, for messages.
    ///   - tls: nil for plain HTTP.
    /// - Throws: `ListenError` if the port is in use, the address does not belong to this machine, or a right is
    ///   missing.
    public convenience init(
        _ address: ListenAddress, setting: String = "http.listen", _ service: HTTPService, tls: HTTPTLS? = nil
    ) throws(ListenError) {
        try self.init(address, setting: setting, service, tls: tls, limits: HTTPConnections.Limits())
    }

    /// Starts listening without restrictions.
    public convenience init(_ address: ListenAddress, routes: [HTTPRoute]) throws(ListenError) {
        try self.init(address, routes: routes, limits: HTTPConnections.Limits())
    }

    convenience init(
        _ address: ListenAddress, routes: [HTTPRoute], limits: HTTPConnections.Limits
    ) throws(ListenError) {
        try self.init(address, setting: "http.listen", HTTPService(routes: routes), limits: limits)
    }

    init(
        _ address: ListenAddress, setting: String, _ service: HTTPService, tls: HTTPTLS? = nil,
        limits: HTTPConnections.Limits, streams: HTTPStream.Limits = .init()
    ) throws(ListenError) {
        let (socket, port) = try ListeningSocket.open(address, setting: setting)
        let context = Context(service, tls, limits, streams)
        // Secured streams stay connections of the library.
        let most = limits.total + Self.reserve + (tls == nil ? 0 : context.streams.most)
        // For the library, a connection without a request is one like others.
        let seconds = UInt32(clamping: max(limits.deadline, limits.idle, .seconds(1)).components.seconds)
        // The threads of the server inherit them: beside a backlog, an answer does not wait behind the work of all partitions.
        let turns = shorten_turns()
        defer { restore_turns(turns) }
        // Safe: the context is kept until the daemon, and with it its threads, has ended.
        let opaque = unsafe Unmanaged.passUnretained(context).toOpaque()
        guard
            let daemon = unsafe shoal_mhd_start(
                socket, context.tls.pointers, Self.answer, Self.begun, Self.completed, Self.notified, opaque,
                UInt32(most), seconds, Self.stackSize)
        else {
            close(socket)
            throw ListenError(description: "\(setting)=\(address): the HTTP server could not be started")
        }
        self.port = port
        self.context = context
        unsafe self.daemon = daemon
    }

    deinit {
        end()
    }

    /// Rejects new connections, allows up to a second for current requests, and ends.
    public func stop() async {
        guard !context.isStopped.exchange(true, ordering: .relaxed) else { return }
        let socket = unsafe MHD_quiesce_daemon(daemon)
        context.streams.stop()
        let deadline = ContinuousClock.now + .seconds(1)
        while context.open.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        unsafe MHD_stop_daemon(daemon)
        if socket >= 0 { close(socket) }
    }

    private func end() {
        guard !context.isStopped.load(ordering: .relaxed) else { return }
        // The library waits for the threads of secured streams.
        context.streams.stop()
        unsafe MHD_stop_daemon(daemon)
    }

    /// Connections that are open, and those of them that have no request.
    var connectionCount: Int { context.connections.count }
    var idleConnectionCount: Int { context.connections.idleCount }

    /// Streams of events that are open, and those that were ended because their readers were too slow.
    public var openStreams: Int { context.streams.count }
    public var droppedStreams: Int { context.streams.dropped }

    /// Tells that there may be new events.
    public func hasNews() { context.streams.hasNews() }

    // MARK: - Called by the library, on its threads

    private static let notified: MHD_NotifyConnectionCallback = { context, connection, state, event in
        guard let context = unsafe context, let state = unsafe state else { return }
        let server = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
        if event == .CONNECTION_NOTIFY_STARTED {
            guard let added = server.connections.add(unsafe shoal_mhd_socket(connection)) else { return }
            // Safe: the last notification releases it.
            unsafe state.pointee = Unmanaged.passRetained(added).toOpaque()
        } else if let known = unsafe state.pointee {
            let watched = unsafe Unmanaged<HTTPConnections.Connection>.fromOpaque(known).takeRetainedValue()
            server.connections.remove(watched)
        }
    }

    private typealias BegunCallback =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
        ) -> UnsafeMutableRawPointer?

    private static let begun: BegunCallback = { context, _, connection in
        guard let context = unsafe context else { return nil }
        let server = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
        if let watched = unsafe watched(connection) { server.connections.begin(watched) }
        // The request's own state is made by its first call of `answer`.
        return nil
    }

    /// A connection as it is watched; nil: it is not.
    private static func watched(_ connection: OpaquePointer?) -> HTTPConnections.Connection? {
        // Safe: it is released after all requests of the connection.
        unsafe shoal_mhd_context(connection).map { unsafe Unmanaged.fromOpaque($0).takeUnretainedValue() }
    }

    private static let answer: MHD_AccessHandlerCallback = {
        context, connection, url, method, _, data, size, state in
        guard let context = unsafe context, let url = unsafe url, let method = unsafe method, let state = unsafe state
        else { return .NO }
        let server = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
        guard let known = unsafe state.pointee else {
            // The first call for a request has only its headers. `completed` releases the object.
            unsafe state.pointee = Unmanaged.passRetained(Pending()).toOpaque()
            server.open.add(1, ordering: .relaxed)
            return .YES
        }
        let pending = unsafe Unmanaged<Pending>.fromOpaque(known).takeUnretainedValue()
        if let size = unsafe size, unsafe size.pointee > 0 {
            // The rest of a body that is too large is ignored.
            let count = unsafe min(size.pointee, HTTPRequest.largestBody + 1 - pending.body.count)
            if let data = unsafe data {
                // Safe: the library passes as many bytes as `size` says.
                let bytes = unsafe UnsafeRawBufferPointer(start: data, count: count)
                unsafe pending.body.append(contentsOf: bytes)
            }
            unsafe size.pointee = 0
            return .YES
        }
        var request = unsafe HTTPRequest(path: String(cString: url), query: HTTPServer.query(connection))
        unsafe request.host = HTTPServer.header("Host", connection)
        unsafe request.authorization = HTTPServer.header("Authorization", connection)
        unsafe request.knownTag = HTTPServer.header("If-None-Match", connection)
        unsafe request.accepted = HTTPServer.header("Accept", connection)
        unsafe request.lastEvent = HTTPServer.header("Last-Event-ID", connection)
        unsafe request.site = HTTPServer.header("Sec-Fetch-Site", connection)
        unsafe request.origin = HTTPServer.header("Origin", connection)
        if server.isSecured { unsafe request.subject = HTTPTLS.subject(shoal_mhd_session(connection)) }
        request.body = pending.body
        request.client = unsafe watched(connection)?.client
        let answer = unsafe server.service.answer(method: String(cString: method), request) { server.streams.enter() }
        switch answer {
        case .response(let response): return unsafe HTTPServer.send(response, server, connection)
        case .events(let events):
            guard server.isSecured else { return unsafe HTTPServer.send(events, server, connection) }
            pending.isStream = true
            return unsafe HTTPServer.sendSecured(events, server, connection)
        }
    }

    private static let completed: MHD_RequestCompletedCallback = { context, connection, state, reason in
        guard let context = unsafe context, let state = unsafe state, let known = unsafe state.pointee else { return }
        let pending = unsafe Unmanaged<Pending>.fromOpaque(known).takeRetainedValue()
        let server = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
        server.open.subtract(1, ordering: .relaxed)
        if let watched = unsafe watched(connection) { server.connections.finish(watched) }
        if pending.isStream, reason == .REQUEST_TERMINATED_TIMEOUT_REACHED { server.streams.wasTooSlow() }
    }

    private static func header(_ name: String, _ connection: OpaquePointer?) -> String? {
        // Safe: the text is valid as long as the request is answered, and copied here.
        unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, name).map { unsafe String(cString: $0) }
    }

    private static func query(_ connection: OpaquePointer?) -> [String: String] {
        var query: [String: String] = [:]
        // Safe: the library calls back only during this call, with zero-terminated text.
        unsafe withUnsafeMutablePointer(to: &query) { pointer in
            // The result is the number of arguments; of a request without any it is 0.
            _ = unsafe MHD_get_connection_values(
                connection, .GET_ARGUMENT_KIND,
                { pointer, _, key, value in
                    guard let pointer = unsafe pointer, let key = unsafe key else { return .YES }
                    let query = unsafe pointer.assumingMemoryBound(to: [String: String].self)
                    let text = unsafe value.map { unsafe String(cString: $0) } ?? ""
                    unsafe query.pointee[String(cString: key)] = text
                    return .YES
                }, pointer)
        }
        return query
    }

    private static let common = ["Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"]
    /// Of the last answer over a connection.
    private static let last = ["Connection": "close"]

    /// Takes the connection from the library, which closes an empty socket instead, and keeps it open without a thread. A place
    /// for it is reserved.
    private static func send(_ events: HTTPEvents, _ server: Context, _ connection: OpaquePointer?) -> MHD_Result {
        guard let descriptor = unsafe watched(connection).flatMap(server.connections.release) else {
            server.streams.leave()
            return .NO
        }
        guard HTTPStreams.replace(unsafe shoal_mhd_socket(connection)) else {
            close(descriptor)
            server.streams.leave()
            return .NO
        }
        let headers = common.merging(last) { $1 }.merging(events.headers) { $1 }
        var lines = ["HTTP/1.1 200 OK", "Date: \(date)", "Content-Type: \(HTTPResponse.events)"]
        lines += headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let head = lines.map { $0 + "\r\n" }.joined() + "\r\n"
        server.streams.add(descriptor, events, head: Array(head.utf8))
        return .NO
    }

    /// Sends events on the connection's own thread. A place for them is reserved.
    private static func sendSecured(
        _ events: HTTPEvents, _ server: Context, _ connection: OpaquePointer?
    ) -> MHD_Result {
        // The deadline of requests does not hold any more.
        guard let descriptor = unsafe watched(connection).flatMap(server.connections.release) else {
            server.streams.leave()
            return .NO
        }
        close(descriptor)
        let stream = HTTPSecuredStream(events, server.streams)
        // Safe: the response owns the stream, and `freed` releases it.
        let opaque = unsafe Unmanaged.passRetained(stream).toOpaque()
        let made = unsafe MHD_create_response_from_callback(.max, HTTPEvents.chunk, Self.read, opaque, Self.freed)
        guard let made = unsafe made else {
            unsafe Unmanaged<HTTPSecuredStream>.fromOpaque(opaque).release()
            return .NO
        }
        defer { unsafe MHD_destroy_response(made) }
        let headers = last.merging(events.headers) { $1 }
        guard unsafe add(headers, contentType: HTTPResponse.events, to: made) else { return .NO }
        guard unsafe shoal_mhd_set_timeout(connection, server.streams.longestPause) == .YES else { return .NO }
        return unsafe MHD_queue_response(connection, 200, made)
    }

    /// Waits for events, on the thread of the connection.
    private static let read: MHD_ContentReaderCallback = { stream, _, buffer, size in
        guard let stream = unsafe stream, let buffer = unsafe buffer else { return -1 }
        let source = unsafe Unmanaged<HTTPSecuredStream>.fromOpaque(stream).takeUnretainedValue()
        guard let bytes = source.next(most: size) else { return -1 }
        // Safe: there are at most as many bytes as the buffer has room for.
        for (index, byte) in bytes.enumerated() { unsafe buffer[index] = CChar(bitPattern: byte) }
        return bytes.count
    }

    private static let freed: MHD_ContentReaderFreeCallback = { stream in
        guard let stream = unsafe stream else { return }
        unsafe Unmanaged<HTTPSecuredStream>.fromOpaque(stream).release()
    }

    /// The time as a header has it (RFC 9110, section 5.6.7). The program never sets a locale.
    private static var date: String {
        var (now, parts) = unsafe (time(nil), tm())
        // Safe: time and parts outlive the calls, and the text has room for the 29 characters of any such date.
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard unsafe gmtime_r(&now, &parts) != nil,
                unsafe strftime(text.baseAddress, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0
            else { return "" }
            return unsafe text.baseAddress.map { unsafe String(cString: $0) } ?? ""
        }
    }

    private static func send(
        _ response: HTTPResponse, _ server: Context, _ connection: OpaquePointer?
    ) -> MHD_Result {
        var response = response
        if server.isStopped.load(ordering: .relaxed) { response.headers.merge(last) { $1 } }
        guard let prepared = response.prepared ?? HTTPPreparedResponse(response) else { return .NO }
        return unsafe MHD_queue_response(connection, UInt32(response.status), prepared.made)
    }

    /// Adds the common headers, the content type and further headers to a response of the library.
    static func add(_ headers: [String: String], contentType: String, to made: OpaquePointer) -> Bool {
        common.merging(["Content-Type": contentType]) { $1 }.merging(headers) { $1 }.sorted { $0.key < $1.key }
            .allSatisfy { unsafe MHD_add_response_header(made, $0.key, $0.value) == .YES }
    }
}
