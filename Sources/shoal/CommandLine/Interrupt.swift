import Foundation
import Operations
import Synchronization

/// Tells that somebody pressed Ctrl-C, or that the service is to stop. A second time ends the process at once.
///
/// Signals are caught before anything else happens, and heard on a thread of their own: none is lost, and none ends the process
/// in the middle of its start.
final class Interrupt: Sendable {
    private struct State {
        var first: ContinuousClock.Instant?
        /// nil: nothing has begun that would have to be ended with care.
        var action: (@Sendable () -> Void)?
        /// What hanging up means; nil: it ends the process, as it does by itself.
        var hangup: (@Sendable () -> Void)?
    }

    private static let state = Mutex(State())
    /// Who signals a process and its group, as `timeout` and shells do, means it once.
    private static let once = Duration.seconds(1)

    /// From now on the first signal means this action, and not the end of the process.
    /// - Parameter hangup: called on each SIGHUP; nil: it ends the process, as it does by itself.
    init(hangup: (@Sendable () -> Void)? = nil, _ action: @escaping @Sendable () -> Void = {}) {
        Self.state.withLock { state in
            state.action = action
            state.hangup = hangup
        }
        if hangup != nil { signal(SIGHUP, ring) }
    }

    var isSet: Bool { Self.state.withLock { $0.first != nil } }

    /// Signals wait from now on, until `listen`. To be called first of all: threads inherit it from the one that makes them.
    static func hold() {
        var ends: [Int32] = [-1, -1]
        // Safe: there is room for both ends, and the set lives through the call.
        guard unsafe pipe(&ends) == 0 else { return }
        unsafe (ear, bell) = (ends[0], ends[1])
        for number in numbers { signal(number, ring) }
        mask(SIG_BLOCK)
    }

    /// Hears signals, also those that have come before.
    /// - Parameter status: what the process ends with where one comes before there is an `Interrupt`.
    static func listen(endsWith status: ExitCode) {
        Thread.detachNewThread {
            // Here they may strike, and in the main thread as soon as that only waits.
            mask(SIG_UNBLOCK)
            var byte: UInt8 = 0
            while true {
                // Safe: the byte lives through the call.
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
            // What is about to begin waits for this.
            if state.action == nil { Shoal.end(status) }
            guard let first = state.first else {
                state.first = .now
                return state.action
            }
            if ContinuousClock.now - first > once { Shoal.end(.interrupted) }
            return nil
        }
        action?()
    }

    private static let numbers = [SIGINT, SIGTERM]

    private static func mask(_ how: Int32) {
        var signals = sigset_t()
        // Safe: the set lives through the calls.
        unsafe sigemptyset(&signals)
        for number in numbers { unsafe sigaddset(&signals, number) }
        unsafe pthread_sigmask(how, &signals, nil)
    }
}

/// A pipe between whoever is struck by a signal and the thread that hears of it. Both ends are set once, before there is
/// another thread.
private nonisolated(unsafe) var ear: Int32 = -1
private nonisolated(unsafe) var bell: Int32 = -1

/// What a signal does to the thread that it strikes: nothing that is not allowed there.
private func ring(_ number: Int32) {
    let before = errno
    var byte = UInt8(truncatingIfNeeded: number)
    // Safe: the byte lives through the call.
    _ = unsafe write(bell, &byte, 1)
    errno = before
}
