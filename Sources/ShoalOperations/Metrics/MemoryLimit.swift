import Foundation

/// The memory limit of the control group, as set for a container or a systemd unit.
public enum MemoryLimit {
    /// The limit in bytes; `nil` if there is none or it cannot be read.
    public static var bytes: Int64? {
        let groups = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
        return bytes(groups ?? "") { try? String(contentsOfFile: $0, encoding: .utf8) }
    }

    /// Returns the lowest limit of the process's group and its ancestors, for both versions of control groups
    /// (cgroups(7)).
    /// - Parameters:
    ///   - groups: The content of /proc/self/cgroup, with lines `number:controllers:path`.
    ///   - read: Returns the content of a file, or `nil` if it does not exist.
    static func bytes(_ groups: String, read: (String) -> String?) -> Int64? {
        var limits: [Int64] = []
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let (root, file): (String, String)
            switch (fields[0], fields[1].split(separator: ",").contains("memory")) {
            case ("0", _): (root, file) = ("/sys/fs/cgroup", "memory.max")
            case (_, true): (root, file) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            default: continue
            }
            var path = fields[2].split(separator: "/")
            while true {
                let name = ([Substring(root)] + path + [Substring(file)]).joined(separator: "/")
                let text = read(name)?.trimmingCharacters(in: .whitespacesAndNewlines)
                // No limit is `max`, or in version 1 a very large number.
                if let limit = text.flatMap({ Int64($0) }), limit < 1 << 60 { limits.append(limit) }
                guard path.popLast() != nil else { break }
            }
        }
        return limits.min()
    }
}
