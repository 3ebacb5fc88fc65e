import Foundation
import ShoalOperations
package import ShoalReplay
import ShoalSchemas

/// The error of a run that a signal stopped before it had a result.
package struct Interrupted: Error, CustomStringConvertible {
    package let description = "stopped by a signal before the end, without a result"

    package init() {}
}

/// Runs an offline operation with a progress line, which is shown on a terminal from the second second on. The first
/// signal stops the operation. If it makes no progress for too long, the command ends with status 70.
///
/// The final line has the number of events and their rate. The rate is a measurement, so it is written to standard
/// error and is not part of any report.
/// - Parameters:
///   - progress: The progress of the operation.
///   - limit: The maximum time without progress.
///   - isWhole: Whether the operation has no partial result. If so, a signal ends it immediately.
///   - body: The operation.
/// - Throws: `Interrupted` if it was stopped without a result; `ReplayError` (`stalled`); errors of `body`.
package func tracked<R: Sendable>(
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
        // A stopped run may fail with the error of any of its waits.
        outcome = .failure(progress.isStopped ? Interrupted() : error)
    }
    line.cancel()
    let shown = await line.value
    if case .failure = outcome, progress.events == 0 {
        // No event was handled, so the error is sufficient.
        shown.clear()
    } else {
        shown.end(line: text(progress, started))
    }
    return try outcome.get()
}

private func text(_ progress: ReplayProgress, _ started: ContinuousClock.Instant) -> String {
    let seconds = max((ContinuousClock.now - started) / .seconds(1), 0.001)
    let share = progress.fraction.map { Formatting.percent($0) + ", " } ?? ""
    let time = String(format: "%.1f", seconds)
    return "\(share)\(progress.events) events in \(time) s, \(Int(Double(progress.events) / seconds)) a second"
}
