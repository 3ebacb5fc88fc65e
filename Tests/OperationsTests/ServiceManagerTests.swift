import Foundation
import ShoalSettings
import Testing

@testable import ShoalOperations

@Suite("Notifications to the service manager")
struct ServiceManagerTests {
    /// A datagram socket that receives notifications.
    private final class Ear {
        let socket: Int32
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.appending(path: "ear-\(UUID().uuidString.prefix(8))").path
            socket = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
            let bound = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(bound == 0)
        }

        deinit {
            close(socket)
            _ = unsafe unlink(path)
        }

        /// The next datagram.
        var heard: String {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        }
    }

    @Test("a message is one datagram, and line breaks in values are replaced")
    func words() throws {
        let ear = try Ear()
        let manager = try #require(try ServiceManager(["NOTIFY_SOCKET": ear.path]))
        #expect(manager.tell([.ready, .status("two\nlines"), .extendTimeout(.seconds(30))]))
        #expect(ear.heard == "READY=1\nSTATUS=two\\u{a}lines\nEXTEND_TIMEOUT_USEC=30000000")
        #expect(manager.tell([.reloading(at: 17), .stopping, .watchdog]))
        #expect(ear.heard == "RELOADING=1\nMONOTONIC_USEC=17\nSTOPPING=1\nWATCHDOG=1")
        #expect(manager.tell([]) && ear.heard.isEmpty)
    }

    @Test("a missing listener is not an error")
    func deaf() throws {
        let manager = try #require(try ServiceManager(["NOTIFY_SOCKET": "/nonexistent/socket"]))
        #expect(!manager.tell([.ready]))
    }

    @Test("without a socket nothing is sent, and an invalid socket is refused")
    func sockets() throws {
        #expect(try ServiceManager([:]) == nil)
        #expect(try ServiceManager(["NOTIFY_SOCKET": ""]) == nil)
        for name in ["relative", "@", "/" + String(repeating: "a", count: 200)] {
            #expect(throws: ServiceManager.Unusable.self) { try ServiceManager(["NOTIFY_SOCKET": name]) }
        }
    }

    @Test("the watchdog applies only to the process that it names")
    func watchdog() throws {
        let socket = ["NOTIFY_SOCKET": "/nonexistent"]
        #expect(try ServiceManager(socket)?.watchdog == nil)
        let ours = socket.merging(["WATCHDOG_USEC": "30000000"]) { $1 }
        #expect(try ServiceManager(ours)?.watchdog == .seconds(30))
        #expect(try ServiceManager(ours.merging(["WATCHDOG_PID": "\(getpid())"]) { $1 })?.watchdog == .seconds(30))
        #expect(try ServiceManager(ours.merging(["WATCHDOG_PID": "1"]) { $1 })?.watchdog == nil)
        #expect(try ServiceManager(ours.merging(["WATCHDOG_USEC": "soon"]) { $1 })?.watchdog == nil)
    }
}

@Suite("HTTP probe")
struct HTTPProbeTests {
    @Test("a response has status and text on every address that a server listens on")
    func answers() async throws {
        let route = HTTPRoute("/livez", "") { request in
            HTTPResponse(request.query["verbose"] == nil ? "ok\n" : "[-]group failed\n", status: 503)
        }
        let server = try HTTPServer(ListenAddress(host: nil, port: 0), routes: [route])
        for host in [nil, "0.0.0.0", "127.0.0.1", "localhost"] as [String?] {
            let probe = HTTPProbe(ListenAddress(host: host, port: server.port), timeout: .seconds(10))
            let answer = try probe.get("/livez?verbose")
            #expect(answer.status == 503 && answer.body == "[-]group failed\n")
            #expect(try probe.get("/none").status == 404)
        }
        await server.stop()
        let probe = HTTPProbe(ListenAddress(host: "127.0.0.1", port: server.port), timeout: .seconds(10))
        let failure = #expect(throws: HTTPProbe.Failure.self) { try probe.get("/livez") }
        #expect(failure?.description.contains("refused") == true)
    }

    @Test("the local address follows from the listen address without name resolution")
    func hosts() {
        func asked(_ host: String?) -> [String] {
            HTTPProbe(ListenAddress(host: host, port: 80), timeout: .seconds(1)).hosts
        }
        #expect(asked(nil) == ["127.0.0.1", "::1"] && asked("localhost") == ["127.0.0.1", "::1"])
        #expect(asked("0.0.0.0") == ["127.0.0.1"] && asked("::") == ["::1"])
        #expect(asked("10.0.0.7") == ["10.0.0.7"] && asked("shoal-0") == ["shoal-0"])
    }

    @Test("a server that accepts but does not answer times out")
    func silence() throws {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Foundation.socket(AF_INET, kind, 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe bind(socket, pointer, size)
                _ = listen(socket, 1)
                _ = unsafe getsockname(socket, pointer, &size)
            }
        }
        let probe = HTTPProbe(
            ListenAddress(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port)), timeout: .milliseconds(300))
        let failure = #expect(throws: HTTPProbe.Failure.self) { try probe.get("/livez") }
        #expect(failure?.description.contains("no response within") == true)
    }
}
