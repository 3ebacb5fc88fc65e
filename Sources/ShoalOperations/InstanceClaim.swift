import Foundation
import ShoalSchemas

/// The id of an instance, claimed among the processes of this host: no other process gets the same id by default while
/// this one lives. The claim is an abstract Unix socket, which the kernel releases when the process ends, however it
/// ends.
public final class InstanceClaim: Sendable {
    public let id: String
    private let descriptor: Int32

    private init(id: String, descriptor: Int32) {
        self.id = id
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Claims the first free id of `host`, `host-2`, `host-3` and so on. A process that is started again gets the same
    /// id.
    /// - Returns: `host` itself if this host does not support such claims.
    public static func first(_ application: String, host: String) -> InstanceClaim {
        for number in 1...1_000 {
            let id = number == 1 ? host : "\(host)-\(number)"
            switch bind(application, id) {
            case .success(let descriptor): return InstanceClaim(id: id, descriptor: descriptor)
            case .failure(let error): if error.code != EADDRINUSE { return InstanceClaim(id: host, descriptor: -1) }
            }
        }
        return InstanceClaim(id: host, descriptor: -1)
    }

    /// Claims exactly this id, so that others avoid it. It is used whether or not another process has claimed it: the
    /// consumer group decides who keeps it.
    public static func exactly(_ application: String, id: String) -> InstanceClaim {
        InstanceClaim(id: id, descriptor: (try? bind(application, id).get()) ?? -1)
    }

    private struct Failure: Error { var code: Int32 }

    private static func bind(_ application: String, _ id: String) -> Result<Int32, Failure> {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failure(Failure(code: errno)) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A name that begins with 0 is abstract and creates no file. Names are limited to 108 bytes, hence the hash.
        let name = [0] + Array("shoal-instance-\(hash(application, id))".utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
            // Safe: the name is shorter than the path.
            unsafe path.copyBytes(from: name)
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.bind(descriptor, address, length)
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            return .failure(Failure(code: code))
        }
        return .success(descriptor)
    }

    private static func hash(_ application: String, _ id: String) -> String {
        String(FNV1a.hash(Array(application.utf8) + [0] + Array(id.utf8)), radix: 16)
    }
}
