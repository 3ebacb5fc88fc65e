import Foundation
import ShoalSettings

/// The user who runs the program, from facts that the user cannot change.
public struct AuditUser: Sendable, CustomStringConvertible {
    /// The effective user, whose rights apply.
    public let effective: UInt32
    /// The user who logged in (`/proc/self/loginuid`), which sudo, su and setuid programs do not change. If the kernel
    /// knows no login, as in most containers, the real user if it differs from the effective user; nil otherwise.
    public let login: UInt32?
    /// Such as `anna as root`; only `root` if the login user is the same or unknown.
    public let description: String
    /// The person as far as it is known: the user who logged in, or else the effective user.
    public let person: String
    /// The value of the variable SUDO_USER, which any user can set.
    let sudoUserClaimed = ProcessInfo.processInfo.environment["SUDO_USER"]

    /// - Parameter loginFile: holds the number of the user who logged in.
    public static func current(loginFile: String = "/proc/self/loginuid") -> AuditUser {
        AuditUser(
            effective: geteuid(), real: getuid(), loginText: try? String(contentsOfFile: loginFile, encoding: .utf8))
    }

    init(effective: UInt32, real: UInt32, loginText: String?) {
        self.effective = effective
        // The kernel reports 2^32 - 1 for a process without a login.
        let login = loginText.flatMap { UInt32($0.trimmed) }.flatMap { $0 == .max ? nil : $0 }
        self.login = login ?? (real == effective ? nil : real)
        let name = Self.name(effective)
        person = self.login.map(Self.name) ?? name
        description = self.login ?? effective == effective ? name : "\(person) as \(name)"
    }

    /// Returns the name in the user database, or a text such as `uid 1000` without an entry. Ignores variables such as
    /// `USER`.
    private static func name(_ user: UInt32) -> String {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        // Safe: the call receives the buffer's length, and the buffer holds the name until it has been copied.
        guard unsafe getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil,
            let name = unsafe entry.pw_name
        else { return "uid \(user)" }
        return unsafe String(cString: name)
    }
}
