import Foundation
import Operations
import Synchronization

/// Handles SIGINT and SIGTERM: the first one stops gracefully, a second one ends the process.
///
/// Signals are blocked before anything else happens, and received on a separate thread, so that none is lost and none
/// ends the process during its start.
final class Interrupt: Sendable {
    private struct State {
        var first: ContinuousClock.Instant?
        /// The action of the first signal; `nil` if there is nothing to stop gracefully.
        var action: (@Sendable () -> Void)?
        /// The action of SIGHUP; `nil` to end the process.
        var hangup: (@Sendable () -> Void)?
        /// How long the action may take until the process has ended; nil: as long as it needs.
        var grace: Duration?
        /// Counts the actions that are over.
        var ended = 0
    }

    private static let state = Mutex(State())
    /// Signals within this time count as one, since `timeout` and shells signal a process and its group.
    private static let once = Duration.seconds(1)

    /// From now on the first signal means this action, and not the end of the process.
    /// - Parameters:
    ///   - hangup: called on each SIGHUP; nil: it ends the process, as it does by itself.
    ///   - grace: the time after the first signal at which the process is ended if it has not ended by itself, whatever it is
    ///     blocked in; nil: it may take as long as it needs.
    init(
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

    /// The action is over: the next signal ends the process at once.
    func end() {
        Self.state.withLock { state in
            state.action = nil
            state.grace = nil
            state.ended += 1
        }
    }

    var isSet: Bool { Self.state.withLock { $0.first != nil } }

    /// Blocks signals until `listen`. Must be called first, because threads inherit the mask.
    static func hold() {
        var ends: [Int32] = [-1, -1]
        // Safe: there is room for both ends, and the set outlives the call.
        guard unsafe pipe(&ends) == 0 else { return }
        unsafe (ear, bell) = (ends[0], ends[1])
        for number in numbers { signal(number, ring) }
        mask(SIG_BLOCK)
    }

    /// Receives signals, including pending ones.
    /// - Parameter status: The exit status of a signal before there is an `Interrupt`.
    static func listen(endsWith status: ExitCode) {
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
                if ContinuousClock.now - first > once { Shoal.end(.interrupted) }
                return nil
            }
            // What is about to begin waits for this.
            if state.action == nil { Shoal.end(status) }
            state.first = .now
            if let grace = state.grace { end(after: grace, unlessBehind: state.ended) }
            return state.action
        }
        action?()
    }

    /// Ends the process after some time, unless the action is over by then.
    private static func end(after grace: Duration, unlessBehind ended: Int) {
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: grace / .seconds(1))
            guard state.withLock({ $0.ended }) == ended else { return }
            Shoal.report(
                "The command did not stop within \(Int(grace / .seconds(1))) s after the signal, and is ended.")
            Shoal.end(.interrupted)
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

/// A pipe from the signal handler to the receiving thread. Both ends are set once, before there are other threads.
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
