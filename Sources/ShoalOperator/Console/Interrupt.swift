import Foundation
package import ShoalOperations
import Synchronization

/// Handles SIGINT and SIGTERM: the first one stops gracefully, a second one ends the process.
///
/// Signals are blocked before anything else happens, and received on a separate thread, so that none is lost and none
/// ends the process during its start.
package final class Interrupt: Sendable {
    private struct State {
        var first: ContinuousClock.Instant?
        /// The action of the first signal; `nil` if there is nothing to stop gracefully.
        var action: (@Sendable () -> Void)?
        /// The action of SIGHUP; `nil` to end the process.
        var hangup: (@Sendable () -> Void)?
        /// The time within which the process must end after the first signal; nil for no limit.
        var grace: Duration?
        /// The number of actions that are over.
        var ended = 0
    }

    private static let state = Mutex(State())
    /// Signals within this time count as one, since `timeout` and shells signal a process and its group.
    private static let once = Duration.seconds(1)

    /// Installs an action, which the first signal runs instead of ending the process.
    /// - Parameters:
    ///   - hangup: Called on each SIGHUP. If nil, SIGHUP keeps its default action, which ends the process.
    ///   - grace: The time after the first signal at which the process is ended if the action is not over, even if the
    ///     process is blocked; nil for no limit.
    ///   - action: Called on the first signal.
    package init(
        hangup: (@Sendable () -> Void)? = nil, within grace: Duration? = nil,
        _ action: @escaping @Sendable () -> Void = {}
    ) {
        Self.state.withLock { state in
            state.action = action
            state.hangup = hangup
            state.grace = grace
        }
        if hangup != nil { signal(SIGHUP, ring) }
    }

    /// Removes the action once it is over. The next signal ends the process immediately.
    package func end() {
        Self.state.withLock { state in
            state.action = nil
            state.grace = nil
            state.ended += 1
        }
    }

    package var isSet: Bool { Self.state.withLock { $0.first != nil } }

    /// Blocks signals until `listen`. Must be called first, because threads inherit the mask.
    package static func hold() {
        var ends: [Int32] = [-1, -1]
        // Safe: there is room for both ends, and the set outlives the call.
        guard unsafe pipe(&ends) == 0 else { return }
        unsafe (ear, bell) = (ends[0], ends[1])
        for number in numbers { signal(number, ring) }
        mask(SIG_BLOCK)
    }

    /// Receives signals, including pending ones.
    /// - Parameter status: The exit status if a signal arrives before an `Interrupt` exists.
    package static func listen(endsWith status: ExitCode) {
        Thread.detachNewThread {
            // Unblocked in this thread, and in the main thread once it only waits.
            mask(SIG_UNBLOCK)
            var byte: UInt8 = 0
            while true {
                // Safe: the byte outlives the call.
                let count = unsafe read(ear, &byte, 1)
                if count == 1 { hear(Int32(byte), status) } else if errno != EINTR { return }
            }
        }
    }

    private static func hear(_ number: Int32, _ status: ExitCode) {
        if number == SIGHUP {
            let hangup = state.withLock { $0.hangup }
            hangup?()
            return
        }
        let action: (@Sendable () -> Void)? = state.withLock { state in
            if let first = state.first {
                if ContinuousClock.now - first > once { Program.end(.interrupted) }
                return nil
            }
            // The lock is held, so that no `Interrupt` can install its action before the process ends.
            if state.action == nil { Program.end(status) }
            state.first = .now
            if let grace = state.grace { end(after: grace, unlessBehind: state.ended) }
            return state.action
        }
        action?()
    }

    /// Ends the process after `grace`, unless the action is over by then.
    private static func end(after grace: Duration, unlessBehind ended: Int) {
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: grace / .seconds(1))
            guard state.withLock({ $0.ended }) == ended else { return }
            Program.report(
                "The command did not stop within \(Int(grace / .seconds(1))) s after the signal; the process ends.")
            Program.end(.interrupted)
        }
    }

    private static let numbers = [SIGINT, SIGTERM]

    private static func mask(_ how: Int32) {
        var signals = sigset_t()
        // Safe: the set outlives the calls.
        unsafe sigemptyset(&signals)
        for number in numbers { unsafe sigaddset(&signals, number) }
        unsafe pthread_sigmask(how, &signals, nil)
    }
}

/// A pipe from the signal handler to the receiving thread. Both ends are set once, before other threads are created.
private nonisolated(unsafe) var ear: Int32 = -1
private nonisolated(unsafe) var bell: Int32 = -1

/// The signal handler. Calls only async-signal-safe functions.
private func ring(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    // Safe: the byte outlives the call.
    _ = unsafe write(bell, &byte, 1)
    errno = before
}
