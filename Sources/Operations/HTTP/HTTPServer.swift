internal import CMicroHTTPD
import Foundation
import Synchronization

/// A small HTTP server on GNU libmicrohttpd, with one thread of its own: nothing of it runs on the cooperative pool.
///
/// `@unchecked Sendable`: the daemon is thread-safe, and `stop` lets only one caller end it.
@safe public final class HTTPServer: @unchecked Sendable {
    /// The port that it listens on.
    public let port: UInt16

    private let daemon: OpaquePointer
    private let context: Context
    private let isStopped = Mutex(false)
    /// Connections at a time, and seconds after which a silent one is closed: slow clients cost no more than that.
    private static let connections: UInt32 = 128
    private static let patience: UInt32 = 30

    /// What the library's callbacks reach.
    private final class Context: Sendable {
        let router: HTTPRouter
        /// Requests that have no whole answer yet.
        let open = Mutex(0)

        init(_ routes: [HTTPRoute]) {
            router = HTTPRouter(routes: routes)
        }
    }

    /// Listens from now on.
    /// - Throws: `ListenError`: the port is in use, the address is none of this machine's, or a right is missing.
    public init(_ address: ListenAddress, routes: [HTTPRoute]) throws(ListenError) {
        let (socket, port) = try ListeningSocket.open(address)
        let context = Context(routes)
        // Safe: the context is kept until the daemon, and with it its thread, has ended.
        let opaque = unsafe Unmanaged.passUnretained(context).toOpaque()
        guard
            let daemon = unsafe shoal_mhd_start(
                socket, Self.answer, Self.completed, opaque, Self.connections, Self.patience)
        else {
            close(socket)
            throw ListenError(description: "http.listen=\(address): the HTTP server could not be started")
        }
        self.port = port
        self.context = context
        unsafe self.daemon = daemon
    }

    deinit {
        end()
    }

    /// Takes no more requests, lets those under way be answered for up to a second, and ends.
    public func stop() async {
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
        guard isFirst else { return }
        let socket = unsafe MHD_quiesce_daemon(daemon)
        let deadline = ContinuousClock.now + .seconds(1)
        while context.open.withLock({ $0 }) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        unsafe MHD_stop_daemon(daemon)
        if socket >= 0 { close(socket) }
    }

    private func end() {
        let isStopped = isStopped.withLock { $0 }
        if !isStopped { unsafe MHD_stop_daemon(daemon) }
    }

    // MARK: - Called by the library, on its thread

    private static let answer: MHD_AccessHandlerCallback = { context, connection, url, method, _, _, size, state in
        guard let context = unsafe context, let url = unsafe url, let method = unsafe method, let state = unsafe state
        else { return .NO }
        let server = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
        if unsafe state.pointee == nil {
            // The first call of a request brings its head only.
            unsafe state.pointee = context
            server.open.withLock { $0 += 1 }
            return .YES
        }
        if let size = unsafe size, unsafe size.pointee > 0 {
            // Nobody is sent a body that counts.
            unsafe size.pointee = 0
            return .YES
        }
        let path = unsafe String(cString: url)
        let (response, allow) = unsafe server.router.answer(
            method: String(cString: method), path: path, HTTPRequest(path: path, query: HTTPServer.query(connection)))
        return unsafe HTTPServer.send(response, allow: allow, connection)
    }

    private static let completed: MHD_RequestCompletedCallback = { context, _, state, _ in
        guard let context = unsafe context, let state = unsafe state, unsafe state.pointee != nil else { return }
        unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().open.withLock { $0 -= 1 }
    }

    private static func query(_ connection: OpaquePointer?) -> [String: String] {
        var query: [String: String] = [:]
        // Safe: the library calls back during the call only, with text that ends in a zero.
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

    private static func send(_ response: HTTPResponse, allow: String?, _ connection: OpaquePointer?) -> MHD_Result {
        var body = Array(response.body.utf8)
        // Safe: the library copies the bytes before the call returns.
        let made = unsafe body.withUnsafeMutableBytes { bytes in
            unsafe MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
        }
        guard let made = unsafe made else { return .NO }
        defer { unsafe MHD_destroy_response(made) }
        var headers = [
            ("Content-Type", response.contentType), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if let allow { headers.append(("Allow", allow)) }
        for (name, value) in headers {
            guard unsafe MHD_add_response_header(made, name, value) == .YES else { return .NO }
        }
        return unsafe MHD_queue_response(connection, UInt32(response.status), made)
    }
}
