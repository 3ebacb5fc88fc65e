internal import CSpawn
public import Foundation
import Synchronization

/// A process that this one has started. Foundation's `Process` takes an inherited socket for its end: if a process that is started
/// at the same moment inherits it, too, and runs for longer, the end is never noticed. This one asks the kernel.
public final class ChildProcess: Sendable {
    /// The process's number.
    public let identifier: Int32
    /// As `waitpid` tells it; nil: not known to have ended.
    private let status = Mutex<Int32?>(nil)

    /// Starts a command, with no signal blocked: Dispatch's threads block nearly all of them, and a shell without SIGCHLD would wait
    /// forever for its child. It inherits no descriptor but the standard ones.
    /// - Parameters:
    ///   - command: Looked for in `PATH` if it has no slash.
    ///   - environment: In addition to that of the tests.
    ///   - input: nil: empty.
    ///   - output: Standard output; nil: discarded.
    ///   - error: Standard error; nil: discarded.
    public init(
        _ command: String, _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
        input: FileHandle? = nil, output: FileHandle? = nil, error: FileHandle? = nil
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        // Safe: both outlive the calls, and texts are copied.
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        for (number, handle) in [input, output, error].enumerated() {
            if let handle {
                unsafe posix_spawn_file_actions_adddup2(&actions, handle.fileDescriptor, Int32(number))
            } else {
                unsafe posix_spawn_file_actions_addopen(&actions, Int32(number), "/dev/null", O_RDWR, 0)
            }
        }
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        if let folder { unsafe posix_spawn_file_actions_addchdir_np(&actions, folder.path) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let words = unsafe ([command] + arguments).map { unsafe strdup($0) }
        let pairs = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") }
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe pairs.indices { unsafe free(pairs[index]) }
        }
        var started: Int32 = 0
        let failure = unsafe posix_spawnp(
            &started, command, &actions, &attributes, words + [nil], pairs + [nil])
        guard failure == 0 else {
            throw CommandFailed(command: command, status: failure, output: unsafe String(cString: strerror(failure)))
        }
        identifier = started
    }

    public var isRunning: Bool { result == nil }

    /// Waits until the process has ended.
    /// - Returns: The exit status, or minus the number of the signal that ended it.
    @discardableResult
    public func waitUntilExit() -> Int32 {
        // Others may ask meanwhile whether it runs.
        while true {
            if let result { return result }
            usleep(2_000)
        }
    }

    /// Sends a signal, unless it has ended.
    public func signal(_ number: Int32) {
        status.withLock { if $0 == nil { _ = kill(identifier, number) } }
    }

    /// The exit status, or minus the number of the signal that ended it; nil while it runs.
    private var result: Int32? {
        status.withLock { status in
            if status == nil {
                var found: Int32 = 0
                // Safe: the status outlives the call.
                if unsafe waitpid(identifier, &found, WNOHANG) == identifier { status = found }
            }
            // As the macros of sys/wait.h say.
            return status.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : -($0 & 0x7F) }
        }
    }
}
