import Foundation
import ShoalSettings

/// A listening TCP socket. Opened here instead of by the HTTP library, which does not report the reason of a failure.
enum ListeningSocket {
    /// Opens a socket on the first available address of the host.
    /// - Parameter setting: the setting with the address, for messages.
    /// - Returns: The descriptor, owned by the caller, and the port.
    static func open(
        _ address: ListenAddress, setting: String
    ) throws(ListenError) -> (descriptor: Int32, port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        // Safe: the list is owned here until it is freed below.
        let code = unsafe getaddrinfo(address.host, String(address.port), &hints, &list)
        guard code == 0 else {
            throw ListenError(
                description: "\(setting)=\(address): \(unsafe String(cString: gai_strerror(code))): use an "
                    + "address of this machine, as 127.0.0.1:8080 or :8080")
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [UnsafeMutablePointer<addrinfo>] = unsafe []
        var next = unsafe list
        while let found = unsafe next {
            unsafe addresses.append(found)
            unsafe next = found.pointee.ai_next
        }
        // Without a host, one IPv6 socket serves both versions.
        if address.host == nil { unsafe addresses.sort { unsafe $0.pointee.ai_family > $1.pointee.ai_family } }
        var problem: Int32 = 0
        for index in unsafe addresses.indices {
            switch unsafe listen(addresses[index].pointee, isForAll: address.host == nil) {
            case .success(let descriptor): return (descriptor, port(of: descriptor))
            case .failure(let error): if problem != EADDRINUSE { problem = error.code }
            }
        }
        let advice =
            switch problem {
            case EADDRINUSE: ": stop the process that uses it, or use another port; port 0 selects a free one"
            case EACCES: ": ports below 1024 require a privilege; use a higher one"
            case EADDRNOTAVAIL: ": use an address of this machine, such as 127.0.0.1:8080 or :8080"
            default: ""
            }
        throw ListenError(
            description: "\(setting)=\(address): \(unsafe String(cString: strerror(problem)).lowercased())\(advice)")
    }

    private struct Failure: Error { var code: Int32 }

    private static func listen(_ address: addrinfo, isForAll: Bool) -> Result<Int32, Failure> {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(unsafe address.ai_family, kind, unsafe address.ai_protocol)
        guard descriptor >= 0 else { return .failure(Failure(code: errno)) }
        // A restart does not have to wait for old connections to expire.
        let isSet =
            set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            && (unsafe address.ai_family != AF_INET6
                || set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, isForAll ? 0 : 1))
        guard isSet, unsafe bind(descriptor, address.ai_addr, address.ai_addrlen) == 0,
            Glibc.listen(descriptor, 128) == 0
        else {
            defer { close(descriptor) }
            return .failure(Failure(code: errno))
        }
        return .success(descriptor)
    }

    /// - Returns: Whether the option was set. On failure, `errno` holds the reason.
    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        // Safe: the size matches the value.
        return unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Safe: the storage holds an address of any family, and the port has the same place in both versions.
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            let isKnown = unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe getsockname(descriptor, pointer, &length) == 0
            }
            guard isKnown else { return 0 }
            return unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                unsafe UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }
}
