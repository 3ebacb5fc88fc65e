import Foundation
import Operations
import Replay

/// A run was stopped by a signal before it had a result.
struct Interrupted: Error, CustomStringConvertible {
    let description = "stopped by a signal before the end: there is no result"
}

extension Command.Option {
    /// Of commands that run offline.
    static let stall = Self(
        "stall-timeout", "D", "end with status 70 after so long without progress (10m)")
}

extension Arguments {
    /// The time without progress after which an offline run ends.
    /// - Throws: `UsageError`.
    func stallLimit() throws -> Duration {
        .milliseconds(try duration("stall-timeout", in: 1_000...86_400_000, or: 600_000))
    }
}

/// Runs something offline with a progress line, on a terminal and from the second second on. The first signal stops it, and it
/// ends with status 70 if it makes no progress for too long.
///
/// The last line says what was done, and how fast: that is measured, so it goes to standard error and into no report.
/// - Parameters:
///   - limit: the time without any progress.
///   - isWhole: there is no result before the end, so that a signal ends it at once.
/// - Throws: `Interrupted` if it was stopped and has no result; `ReplayError` (`stalled`); what `body` throws.
func tracked<R: Sendable>(
    _ progress: ReplayProgress, limit: Duration, isWhole: Bool = false,
    _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    let interrupt = Interrupt(within: .seconds(5)) { progress.stop() }
    defer { interrupt.end() }
    let started = ContinuousClock.now
    let line = Task.detached {
        var line = ProgressLine()
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(100))
            if line.isDue { line.show(line: text(progress, started)) }
        }
        return line
    }
    let outcome: Result<R, any Error>
    do {
        outcome = .success(try await progress.watched(limit: limit, isWhole: isWhole, body))
    } catch let error as ReplayError where error.kind == .stalled {
        outcome = .failure(error)
    } catch {
        // A run that is stopped may fail in any of its waits.
        outcome = .failure(progress.isStopped ? Interrupted() : error)
    }
    line.cancel()
    let shown = await line.value
    if case .failure = outcome, progress.events == 0 {
        // Nothing was done: the error says everything.
        shown.clear()
    } else {
        shown.end(line: text(progress, started))
    }
    return try outcome.get()
}

private func text(_ progress: ReplayProgress, _ started: ContinuousClock.Instant) -> String {
    let seconds = max((ContinuousClock.now - started) / .seconds(1), 0.001)
    let share = progress.fraction.map { "\(Int($0 * 100)) %, " } ?? ""
    let time = String(format: "%.1f", seconds)
    return "\(share)\(progress.events) events in \(time) s, \(Int(Double(progress.events) / seconds)) a second"
}
