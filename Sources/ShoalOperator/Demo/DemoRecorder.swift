import Foundation
import ShoalOperations
import ShoalPipeline
import Synchronization

/// Records the picture of the demo as an asciinema file (version 2), beside another display.
final class DemoRecorder: DemoDisplay {
    private let path: String
    private let base: any DemoDisplay
    private let size: (columns: Int, rows: Int)
    private let recording = Mutex(Recording())

    private struct Recording {
        var text = ""
        var news = DemoNewsLog()
        var shown: [String] = []
        let started = ContinuousClock.now

        /// Appends output at the time that has passed.
        mutating func append(_ output: String) {
            guard let bytes = try? JSONEncoder().encode(output) else { return }
            let milliseconds = Int64((ContinuousClock.now - started) / .milliseconds(1))
            let rest = String(1_000 + milliseconds % 1_000).dropFirst()
            text += "[\(milliseconds / 1_000).\(rest), \"o\", \(String(decoding: bytes, as: UTF8.self))]\n"
        }
    }

    /// - Parameters:
    ///   - size: of the picture, in columns and rows.
    ///   - base: the display that is also shown.
    init(_ path: String, size: (columns: Int, rows: Int), _ base: any DemoDisplay) {
        (self.path, self.size, self.base) = (path, size, base)
        recording.withLock { recording in
            recording.text =
                "{\"version\": 2, \"width\": \(size.columns), \"height\": \(size.rows), \"title\": \"shoal demo\"}\n"
            recording.append("\u{1B}[?25l\u{1B}[2J")
        }
    }

    func note(_ text: String) {
        recording.withLock { $0.news.add(DemoLine(note: text)) }
        base.note(text)
    }

    func show(_ news: [DemoNews], _ state: DemoState) -> Bool {
        recording.withLock { recording in
            recording.news.add(news)
            let frame = DemoFrame(width: size.columns, height: size.rows, hasColor: true)
            let lines = frame.lines(state, recording.news.lines)
            let output = Self.changes(recording.shown, lines)
            if !output.isEmpty { recording.append(output) }
            recording.shown = lines
        }
        return base.show(news, state)
    }

    /// Returns the control sequences that make one picture of another.
    private static func changes(_ before: [String], _ after: [String]) -> String {
        (0..<max(before.count, after.count)).map { index in
            let line = index < after.count ? after[index] : ""
            if index < before.count, before[index] == line { return "" }
            return "\u{1B}[\(index + 1);1H\u{1B}[2K\(line)"
        }.joined()
    }

    func end(_ summary: DemoSummary) {
        base.end(summary)
        let text = recording.withLock { recording in
            let frame = DemoFrame(width: size.columns, height: size.rows, hasColor: true)
            let lines = frame.table(summary.state) + [""] + summary.lines(width: size.columns)
            recording.append("\u{1B}[2J\u{1B}[H\(lines.joined(separator: "\r\n"))\r\n\u{1B}[?25h")
            return recording.text
        }
        do {
            try OutputFile.save(Array(text.utf8), to: path)
            Program.report("the recording was written to \(path); `asciinema play \(path)` plays it")
        } catch {
            Program.report(error.message)
        }
    }
}
