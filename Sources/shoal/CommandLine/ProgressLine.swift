import Foundation

/// A line on standard error that is written over, on a terminal only, from the second second on.
struct ProgressLine {
    private let isTerminal = isatty(2) == 1
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
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }

    /// The last line, which stays.
    func end(line: String) {
        FileHandle.standardError.write(Data(((isTerminal ? "\r\u{1B}[K" : "") + line + "\n").utf8))
    }
}
