import Foundation

/// A TCP proxy in front of a broker. It ends with the object.
public final class Proxy: Sendable {
    public enum Mode: Equatable, Sendable {
        case open
        /// Each chunk of data is delayed by this number of milliseconds.
        case slow(Int)
        /// Connections stay open, but no data passes.
        case dead
        /// Connections are reset, and new ones are refused.
        case cut
        /// Connections that have carried such a request stall permanently. New connections work.
        case deaf(Request)
        /// The next connection that carries such a request stalls from then on.
        case trap(Request)
    }

    /// Requests by their API key in Kafka's protocol.
    public enum Request: Int, Sendable {
        case fetch = 1
        case joinGroup = 11
        case heartbeat = 12
        case addOffsetsToTransaction = 25
    }

    public let port: Int
    private let folder: TemporaryFolder
    private let process: Supervised

    public init() async throws {
        port = try freePort()
        folder = try TemporaryFolder()
        let target = try folder.file("target", "")
        let mode = try folder.file("mode", "open")
        let script = TestBroker.root.appending(path: "Tests/TestSupport/proxy.py").path
        process = try Supervised(
            "\"$@\" < /dev/null & pid=$!",
            arguments: [TestBroker.pythonFolder.appending(path: "python").path, script, "\(port)", target, mode],
            cleanup: "kill -s KILL $pid; wait $pid")
        try await waitForPort(port)
    }

    deinit {
        process.stop()
    }

    /// Sets the port to which connections are forwarded.
    public func setTarget(_ port: Int) throws {
        _ = try folder.file("target", "\(port)")
    }

    public func set(_ mode: Mode) throws {
        let text =
            switch mode {
            case .open: "open"
            case .slow(let milliseconds): "slow \(milliseconds)"
            case .dead: "dead"
            case .cut: "cut"
            case .deaf(let request): "deaf \(request.rawValue)"
            case .trap(let request): "trap \(request.rawValue)"
            }
        // Written atomically, because the proxy may read it at any time.
        try Data(text.utf8).write(to: folder.url.appending(path: "mode"), options: .atomic)
    }
}
