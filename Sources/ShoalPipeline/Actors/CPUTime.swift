internal import Foundation

/// CPU time, for measurements.
package enum CPUTime {
    /// Seconds of this process.
    package static var ofProcess: Double { read(CLOCK_PROCESS_CPUTIME_ID) }
    /// Seconds of this thread.
    package static var ofThread: Double { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        // Safe: the pointer is used in the call only.
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
