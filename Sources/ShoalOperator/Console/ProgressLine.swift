import ShoalOperations
import ShoalSchemas

/// A progress line on standard error that is overwritten in place. Only on a terminal, from the second second on.
package struct ProgressLine {
    private let isTerminal = StandardStream.error.isTerminal
    private let started = ContinuousClock.now
    private var next = ContinuousClock.now + .seconds(2)

    package init() {}

    /// Returns the mean rate since the start, per second.
    package func rate(_ count: Int) -> Int {
        Int(Double(count) / max((ContinuousClock.now - started) / .seconds(1), 0.001))
    }

    /// Whether the line should be updated.
    package var isDue: Bool { isTerminal && ContinuousClock.now >= next }

    package mutating func show(line: String) {
        next = .now + .milliseconds(250)
        _ = StandardStream.error.write("\r\u{1B}[K\(line.printable)")
    }

    /// Erases the line.
    package func clear() {
        if isTerminal { _ = StandardStream.error.write("\r\u{1B}[K") }
    }

    /// Writes the final line, which remains.
    package func end(line: String) {
        _ = StandardStream.error.write((isTerminal ? "\r\u{1B}[K" : "") + line.printable + "\n")
    }
}
