import Foundation
import ShoalOperations
import Synchronization

/// Draws on a terminal's alternate screen, so that the original content is restored.
package final class Screen: Sendable {
    /// Whether the alternate screen is active.
    private static let isOpen = Mutex(false)

    private let output = StandardStream.output

    package init() {}

    /// Whether the terminal supports drawing.
    package static var isCapable: Bool {
        let kind = ProcessInfo.processInfo.environment["TERM"] ?? ""
        return !kind.isEmpty && kind != "dumb"
    }

    /// Columns and rows; 80 × 24 if unknown.
    package var size: (columns: Int, rows: Int) {
        var size = winsize()
        // Safe: the structure outlives the call.
        guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    func open() {
        Self.isOpen.withLock { $0 = true }
        // Alternate screen, hidden cursor, no line wrapping.
        _ = output.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J")
    }

    /// Shows a frame. To avoid flicker, lines are overwritten without being cleared first, and in a single write.
    ///
    /// - Returns: False if the terminal cannot be written to.
    func draw(_ lines: [String]) -> Bool {
        output.write(Self.picture(lines, size))
    }

    /// The control sequences that draw lines from the top.
    static func picture(_ lines: [String], _ size: (columns: Int, rows: Int)) -> String {
        var text = "\u{1B}[?2026h"
        for (index, line) in lines.prefix(size.rows).enumerated() {
            text += "\u{1B}[\(index + 1);1H\(line)"
            // After a line of full width, the cursor is on the last column, and erasing would delete its character.
            if StyledLine.columns(of: line) < size.columns { text += "\u{1B}[K" }
        }
        if lines.count < size.rows { text += "\u{1B}[\(lines.count + 1);1H\u{1B}[J" }
        return text + "\u{1B}[?2026l"
    }

    /// Restores the original screen. Harmless if nothing was drawn.
    package static func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { _ = StandardStream.output.write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l") }
    }
}
