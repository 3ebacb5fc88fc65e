import Foundation

/// The resources that this process uses. Values that cannot be read, as outside Linux, are nil.
public struct ProcessReading: Sendable {
    /// User and system time in seconds.
    let processorTime: Double?
    /// Memory in bytes.
    let residentMemory: Double?
    let virtualMemory: Double?
    /// Seconds since 1970.
    let startTime: Double?
    let threads: Double?
    let openFiles: Int?
    let mostFiles: rlim_t?

    /// Reads the current values.
    public init() {
        let fields = Self.fields
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        // The numbers of fields in proc(5). The fields after the name are numbered from 3.
        func field(_ number: Int) -> Double? {
            fields.map { number - 3 < $0.count ? Double($0[number - 3]) ?? 0 : 0 }
        }
        processorTime = field(14).flatMap { user in field(15).map { (user + $0) / ticks } }
        residentMemory = field(24).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
        virtualMemory = field(23)
        startTime = field(22).flatMap { start in
            Self.upTime.map { Self.rounded(Date().timeIntervalSince1970 - $0 + start / ticks) }
        }
        threads = field(20)
        // Without the descriptor of the listing itself.
        openFiles = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { $0.count - 1 }
        mostFiles = Self.mostFiles
    }

    /// The fields of /proc/self/stat after the name, which may contain any character: state, parent, …
    private static var fields: [Substring]? {
        guard let content = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = content.lastIndex(of: ")")
        else { return nil }
        return content[content.index(after: end)...].split(separator: " ")
    }

    private static var mostFiles: rlim_t? {
        var limit = rlimit()
        // Safe: the limit outlives the call.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur
    }

    /// Seconds since the machine started. /proc/stat may not be readable.
    private static var upTime: Double? {
        var time = timespec()
        // Safe: the time outlives the call.
        guard unsafe clock_gettime(CLOCK_BOOTTIME, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Rounds to a hundredth, the kernel's resolution, so that the start time of the process is constant.
    private static func rounded(_ time: Double) -> Double { (time * 100).rounded() / 100 }
}
