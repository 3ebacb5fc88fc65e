internal import ShoalSchemas

/// Text of a limited width for a terminal or a file.
struct TextPage {
    let width: Int
    private let hasColor: Bool
    private(set) var lines: [String] = []

    init(width: Int, hasColor: Bool) {
        self.width = max(width, 40)
        self.hasColor = hasColor
    }

    var text: String {
        // Control sequences have no width, so coloured lines are not cut.
        (hasColor ? lines : lines.map { $0.cut(to: width) }).joined(separator: "\n") + "\n"
    }

    /// Appends a title with an optional note.
    mutating func heading(_ title: String, _ note: String = "") {
        if !lines.isEmpty { lines.append("") }
        let rest = note.isEmpty ? "" : "  " + dim(note.cut(to: max(width - title.columns - 2, 8)))
        lines.append(paint(title, 1) + rest)
    }

    /// Appends a paragraph, wrapped between words.
    mutating func paragraph(_ text: String, indent: String = "  ") {
        let left = width - indent.columns
        let parts = Self.wrapped(text.printable, to: left, then: left - 2)
        for (number, part) in parts.enumerated() {
            let line = indent + (number == 0 ? "" : "  ") + part
            lines.append(number == parts.count - 1 ? line.cut(to: width) : line)
        }
    }

    /// Appends names with aligned values, which are wrapped between words.
    mutating func list(_ entries: [(name: String, value: String)]) {
        let longest = entries.map { $0.name.columns }.max() ?? 0
        let space = String(repeating: " ", count: longest)
        for entry in entries {
            var name = dim(entry.name.padded(to: longest))
            let (value, left) = (entry.value.printable, max(width - longest - 4, 8))
            for line in value.columns > left ? Self.wrapped(value, to: left, then: left) : [value] {
                lines.append("  " + name + "  " + line.cut(to: left))
                name = space
            }
        }
    }

    /// Returns the lines of a text. Only a word that is wider than a line is longer.
    /// - Parameters:
    ///   - width: of the first line.
    ///   - next: of the other lines.
    private static func wrapped(_ text: String, to width: Int, then next: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.columns + 1 + word.columns > (lines.isEmpty ? width : next) {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// A column of a table.
    struct Column {
        var title: String
        var isRight = false
        /// The column's share of the remaining width; 0 means as wide as its cells.
        var stretch = 0
    }

    mutating func table(_ columns: [Column], _ rows: [[String]]) {
        var widths = columns.enumerated().map { index, column in
            max(column.title.columns, rows.map { $0[index].printable.columns }.max() ?? 0)
        }
        let gaps = 2 * columns.count
        let fixed = columns.indices.filter { columns[$0].stretch == 0 }.reduce(0) { $0 + widths[$1] }
        let parts = max(columns.reduce(0) { $0 + $1.stretch }, 1)
        let left = max(width - gaps - fixed, 8 * parts)
        var spare = 0
        for (index, column) in columns.enumerated() where column.stretch > 0 {
            let most = left * column.stretch / parts + spare
            spare = max(most - widths[index], 0)
            widths[index] = min(widths[index], most)
        }
        func line(_ cells: [String]) -> String {
            var line = ""
            for (index, cell) in cells.enumerated() {
                let text = cell.printable.cut(to: widths[index])
                let space = String(repeating: " ", count: widths[index] - text.columns)
                line += "  " + (columns[index].isRight ? space + text : text + space)
            }
            while line.last == " " { line.removeLast() }
            return line.cut(to: width)
        }
        lines.append(dim(line(columns.map(\.title))))
        lines += rows.map(line)
    }

    private func dim(_ text: String) -> String { paint(text, 2) }

    private func paint(_ text: String, _ code: Int) -> String {
        hasColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension StringProtocol {
    /// The width in terminal columns. East Asian wide characters and emoji take two.
    var columns: Int { reduce(0) { $0 + $1.columns } }
}

extension Character {
    fileprivate var columns: Int {
        guard let first = unicodeScalars.first else { return 0 }
        let isWide = [
            0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
        ].contains { $0.contains(Int(first.value)) }
        return isWide ? 2 : 1
    }
}

extension String {
    /// Truncates to a number of columns. The last one is an ellipsis if text was removed.
    func cut(to width: Int) -> String {
        guard columns > width else { return self }
        var text = ""
        var used = 0
        for character in self {
            let next = used + String(character).columns
            if next > width - 1 { break }
            text.append(character)
            used = next
        }
        return text + "…"
    }

    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - columns, 0))
    }
}
