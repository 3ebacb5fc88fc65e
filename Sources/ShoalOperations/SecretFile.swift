import Foundation
internal import ShoalSchemas

/// Checks who besides this process can read the key of the pseudonyms, and write to its checkpoints.
enum SecretFile {
    /// Returns why a key file is refused; nil if only its owner can read it.
    ///
    /// The group may read a file of root that another user's process reads: so Kubernetes mounts a Secret (mode 0440, group
    /// `fsGroup`), and so systemd passes a credential (an access control list shows as the group's right). Pipes are not checked.
    /// - Parameter harm: what others can do with the key.
    static func problem(ofKeyFile path: String, harm: String = pseudonyms) -> String? {
        guard let status = status(path), status.st_mode & S_IFMT == S_IFREG else { return nil }
        return problem(mode: status.st_mode, owner: status.st_uid, process: geteuid(), harm: harm).map {
            "\(path.printable) \($0)"
        }
    }

    /// - Parameters:
    ///   - mode: of the file.
    ///   - owner: the user that it belongs to.
    ///   - process: the user that this process runs as.
    static func problem(mode: mode_t, owner: uid_t, process: uid_t, harm: String = pseudonyms) -> String? {
        let others = mode & 0o077
        if others == 0 { return nil }
        if others == 0o040, owner == 0, process != 0 { return nil }
        let text = String(mode & 0o777, radix: 8)
        return "has mode 0\(text), so other users can read it. With the key, \(harm). "
            + "Run `chmod 600` on it (in Kubernetes: defaultMode 0440 with an fsGroup)"
    }

    private static let pseudonyms = "the pseudonym of any viewer can be computed"

    /// Returns why a directory of checkpoints is refused; nil if it is not writable for all users.
    ///
    /// The root of a mounted volume without the sticky bit is accepted: an `emptyDir` of Kubernetes has mode 0777, and is in no other
    /// container.
    static func problem(ofDirectory path: String) -> String? {
        guard let status = status(path), status.st_mode & 0o002 != 0 else { return nil }
        let isShared = status.st_mode & 0o1000 != 0
        if !isShared, let parent = Self.status(path + "/.."), parent.st_dev != status.st_dev { return nil }
        return
            "\(path.printable) has mode 0\(String(status.st_mode & 0o7777, radix: 8)), so all users can create files "
            + "there. Run `chmod 700` on it, or name another directory"
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        // Safe: the status outlives the call.
        return unsafe stat(path, &status) == 0 ? status : nil
    }
}
