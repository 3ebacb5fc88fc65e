import Foundation

/// The user who runs the program, from facts that the user cannot change.
public struct AuditUser: Sendable, CustomStringConvertible {
    /// The user whose rights count.
    public var effective: UInt32
    /// The user who logged in, which sudo, su and setuid programs do not change (`/proc/self/loginuid`). The real user if the
    /// kernel does not know of a login, as in most containers, and that is another than the effective one. nil: not known.
    public var login: UInt32?

    /// - Parameter loginFile: holds the number of the user who logged in.
    public static func current(loginFile: String = "/proc/self/loginuid") -> AuditUser {
        AuditUser(
            effective: geteuid(), real: getuid(), loginText: try? String(contentsOfFile: loginFile, encoding: .utf8))
    }

    init(effective: UInt32, real: UInt32, loginText: String?) {
        self.effective = effective
        // The kernel writes 2^32 - 1 if nobody has logged in.
        let login = loginText.flatMap { UInt32($0.trimmed) }.flatMap { $0 == .max ? nil : $0 }
        self.login = login ?? (real == effective ? nil : real)
    }

    /// As `anna as root`; `root` alone if the login is that user's, or not known.
    public var description: String {
        guard let login, login != effective else { return Self.name(effective) }
        return "\(Self.name(login)) as \(Self.name(effective))"
    }

    /// The name in the user database, or `uid 1000` without one. Variables such as `USER` are not asked.
    private static func name(_ user: UInt32) -> String {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        // Safe: the buffer's length is told, and the name lies in it while it is copied.
        guard unsafe getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil,
            let name = unsafe entry.pw_name
        else { return "uid \(user)" }
        return unsafe String(cString: name)
    }
}
