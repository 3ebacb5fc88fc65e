/// Metrics of this process on Linux, with the names used by Prometheus' client libraries.
public enum ProcessMetrics {
    /// All metrics, in order of exposition. Those that cannot be read, as outside Linux, are omitted.
    public static let table: [StateMetric<ProcessReading>] = [
        .value(
            .counter, "process_cpu_seconds_total",
            "Total user and system CPU time spent in seconds."
        ) { $0.processorTime },
        .value(.gauge, "process_resident_memory_bytes", "Resident memory size in bytes.") { $0.residentMemory },
        .value(.gauge, "process_virtual_memory_bytes", "Virtual memory size in bytes.") { $0.virtualMemory },
        .value(
            .gauge, "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds."
        ) { $0.startTime },
        .value(.gauge, "process_threads", "Number of threads of the process.") { $0.threads },
        .count(.gauge, "process_open_fds", "Number of open file descriptors.") { $0.openFiles },
        .count(.gauge, "process_max_fds", "Maximum number of open file descriptors.") { $0.mostFiles },
    ]
}
