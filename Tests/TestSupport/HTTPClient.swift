public import Foundation

/// An HTTP response as received.
public struct HTTPAnswer: Sendable {
    public var status: Int
    /// The headers. Names are in lower case.
    public var headers: [String: String]
    public var body: String
}

/// Sends a request to a server on the loopback interface over a new connection; 10 s at most.
public func http(
    _ port: some BinaryInteger, _ path: String, method: String = "GET", headers: [String] = [], body: String = ""
) async throws -> HTTPAnswer {
    let port = Int(port)
    let text = try await onThread { try exchange(port, path, method, headers, body) }
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let lines = parts[0].split(separator: "\r\n")
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
        throw BrokerUnavailable(what: "an answer to \(method) \(path): \(text)")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
        let pair = line.split(separator: ":", maxSplits: 1)
        if pair.count == 2 { headers[pair[0].lowercased()] = pair[1].drop { $0 == " " }.description }
    }
    return HTTPAnswer(status: status, headers: headers, body: parts.count > 1 ? String(parts[1]) : "")
}

/// Does work that blocks on a thread of its own, so that other tests go on.
public func onThread<Outcome: Sendable>(_ work: @escaping @Sendable () throws -> Outcome) async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

/// Returns what has come over a connection, and waits for it for 10 s; nothing at its end.
public func receive(_ handle: FileHandle) throws -> Data {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    // Safe: at most as many bytes as the buffer holds.
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(handle.fileDescriptor, $0.baseAddress, $0.count, 0) }
    guard count >= 0 || errno == ECONNRESET else { throw BrokerUnavailable(what: "a part of a response") }
    return Data(buffer.prefix(max(count, 0)))
}

private func exchange(
    _ port: Int, _ path: String, _ method: String, _ headers: [String], _ body: String
) throws -> String {
    let handle = try connection(to: port)
    defer { try? handle.close() }
    let head =
        ([
            "\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close", "Content-Length: \(body.utf8.count)",
        ] + headers).joined(separator: "\r\n")
    // A server that rejects a request body need not read it.
    try? handle.write(contentsOf: Data((head + "\r\n\r\n" + body).utf8))
    var answer = Data()
    while let some = try handle.read(upToCount: 65_536), !some.isEmpty { answer += some }
    return String(decoding: answer, as: UTF8.self)
}

/// Opens a TCP connection to the loopback interface.
public func connection(to port: some BinaryInteger) throws -> FileHandle {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let handle = FileHandle(fileDescriptor: socket, closeOnDealloc: true)
    var time = timeval(tv_sec: 10, tv_usec: 0)
    var address = loopback(port: UInt16(port))
    // Safe: time and address have the given sizes.
    _ = unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    let isConnected = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe connect(socket, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
    guard isConnected else { throw BrokerUnavailable(what: "port \(port)") }
    return handle
}
