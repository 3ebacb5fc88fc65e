import Operations
import Schemas

/// A line on standard error that is written over, on a terminal only, from the second second on.
struct ProgressLine {
    private let isTerminal = StandardStream.error.isTerminal
    private let started = ContinuousClock.now
    private var next = ContinuousClock.now + .seconds(2)

    /// Units a second since the start.
    func rate(_ count: Int) -> Int {
        Int(Double(count) / max((ContinuousClock.now - started) / .seconds(1), 0.001))
    }

    /// Whether it is time to write the line again.
    var isDue: Bool { isTerminal && ContinuousClock.now >= next }

    mutating func show(line: String) {
        next = .now + .milliseconds(250)
        _ = StandardStream.error.write("\r\u{1B}[K\(line.printable)")
    }

    /// Takes the line away.
    func clear() {
        if isTerminal { _ = StandardStream.error.write("\r\u{1B}[K") }
    }

    /// The last line, which stays.
    func end(line: String) {
        _ = StandardStream.error.write((isTerminal ? "\r\u{1B}[K" : "") + line.printable + "\n")
    }
}
