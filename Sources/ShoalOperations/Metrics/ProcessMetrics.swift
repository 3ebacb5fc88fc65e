import Foundation

/// Metrics of this process on Linux, with the names used by Prometheus' client libraries.
public enum ProcessMetrics {
    static let table = [cpu, resident, virtual, start, openFiles, mostFiles, threads]

    static let cpu = Metric(
        .counter, "process_cpu_seconds_total", [], "Total user and system CPU time spent in seconds.")
    static let resident = Metric(.gauge, "process_resident_memory_bytes", [], "Resident memory size in bytes.")
    static let virtual = Metric(.gauge, "process_virtual_memory_bytes", [], "Virtual memory size in bytes.")
    static let start = Metric(
        .gauge, "process_start_time_seconds", [], "Start time of the process since unix epoch in seconds.")
    static let openFiles = Metric(.gauge, "process_open_fds", [], "Number of open file descriptors.")
    static let mostFiles = Metric(.gauge, "process_max_fds", [], "Maximum number of open file descriptors.")
    static let threads = Metric(.gauge, "process_threads", [], "Number of threads of the process.")

    /// Adds the available metrics. Those that cannot be read, as outside Linux, are omitted.
    public static func add(to text: inout MetricText) {
        // The fields after the name, which may contain any character: state, parent, …; numbered from 3 in proc(5).
        if let content = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = content.lastIndex(of: ")")
        {
            let fields = content[content.index(after: end)...].split(separator: " ")
            func field(_ number: Int) -> Double { number - 3 < fields.count ? Double(fields[number - 3]) ?? 0 : 0 }
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            text.add(cpu, [.init([], (field(14) + field(15)) / ticks)])
            text.add(resident, [.init([], field(24) * Double(sysconf(Int32(_SC_PAGESIZE))))])
            text.add(virtual, [.init([], field(23))])
            if let upTime {
                text.add(start, [.init([], Self.rounded(Date().timeIntervalSince1970 - upTime + field(22) / ticks))])
            }
            text.add(threads, [.init([], field(20))])
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // Without the descriptor of the listing itself.
            text.add(openFiles, files.count - 1)
        }
        var limit = rlimit()
        // Safe: the limit outlives the call.
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            text.add(mostFiles, limit.rlim_cur)
        }
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
