import Foundation
import Operations
import Replay

/// Runs something with a progress line, on a terminal and from the second second on; Ctrl-C stops it where it is.
///
/// The last line tells what was done, and how fast: that is measured, so it goes to standard error and into no report.
func tracked<R: Sendable>(_ progress: ReplayProgress, _ body: () async throws -> R) async throws -> R {
    let interrupt = Interrupt { progress.stop() }
    defer { _ = interrupt }
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
        outcome = .success(try await body())
    } catch {
        outcome = .failure(error)
    }
    line.cancel()
    let shown = await line.value
    if case .failure = outcome, progress.events == 0 {
        // Nothing was done: the error is all there is to tell.
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
