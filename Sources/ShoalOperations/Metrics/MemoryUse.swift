import Foundation

/// The resident memory of the process and its limit.
public struct MemoryUse: Equatable, Sendable {
    /// The share of the limit at which a warning is due.
    public static let warningShare = 0.8

    /// Resident memory, bytes.
    public var resident: Int64
    /// The memory limit: the lesser of the control group's limit, if set, and the machine's memory; bytes.
    public var allowed: Int64

    public init(resident: Int64, allowed: Int64) {
        self.resident = resident
        self.allowed = allowed
    }

    /// Returns the current use; nil if it cannot be read.
    public static var now: MemoryUse? {
        let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
        let machine = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * page
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int64($0) }), machine > 0
        else { return nil }
        return MemoryUse(resident: pages * page, allowed: min(MemoryLimit.bytes ?? machine, machine))
    }

    /// The used share of the limit: 0 … 1, or more if the limit is exceeded.
    public var share: Double { allowed > 0 ? Double(resident) / Double(allowed) : 0 }

    /// Decides when a warning is due: when the share reaches `warningShare`, and again after it was a tenth below.
    public struct Warning: Sendable {
        private var isOver = false

        public init() {}

        public mutating func isDue(_ use: MemoryUse) -> Bool {
            if isOver {
                if use.share < MemoryUse.warningShare - 0.1 { isOver = false }
                return false
            }
            isOver = use.share >= MemoryUse.warningShare
            return isOver
        }
    }
}
