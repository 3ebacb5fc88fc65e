/// Writes the rows of a table, such as CSV after RFC 4180, as JSON objects whose fields have the names of the first row
/// and are strings. Empty cells are left out. A first row of numbers is data; the fields are then `column1` and so on.
struct TableConverter: TextConverter {
    private let separator: UInt8
    /// The fields' names as JSON, with the colon; nil: the first row was not read yet.
    private var names: [[UInt8]]?
    private var cells: [[UInt8]] = [[]]
    private var isQuoted = false
    /// Whether the last byte was a quote in a quoted cell: its end, or the first one of two.
    private var hasQuote = false
    /// Whether the cell began with a quote, so that white space in it counts.
    private var wasQuoted = false

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")

    init(separator: UInt8) {
        self.separator = separator
    }

    mutating func convert(_ bytes: ArraySlice<UInt8>, into lines: inout [UInt8]) {
        for byte in bytes {
            if hasQuote {
                hasQuote = false
                if byte == Self.quote {
                    cells[cells.count - 1].append(byte)
                    continue
                }
                isQuoted = false
            }
            if isQuoted {
                if byte == Self.quote { hasQuote = true } else { cells[cells.count - 1].append(byte) }
            } else if byte == separator {
                endCell()
                cells.append([])
            } else if byte == Self.newline {
                endRow(&lines)
            } else if byte == Self.quote, cells[cells.count - 1].allSatisfy(\.isJSONSpace) {
                cells[cells.count - 1] = []
                (isQuoted, wasQuoted) = (true, true)
            } else if byte != UInt8(ascii: "\r") {
                cells[cells.count - 1].append(byte)
            }
        }
    }

    mutating func finish(into lines: inout [UInt8]) {
        // A quote without its end hides the rows behind it: an invalid line makes that visible.
        if isQuoted, !hasQuote { lines += Array("a quote without an end\n".utf8) }
        (hasQuote, isQuoted) = (false, false)
        if cells != [[]] { endRow(&lines) }
    }

    private mutating func endCell() {
        if !wasQuoted {
            let cell = cells[cells.count - 1]
            if let first = cell.first, let last = cell.last, first.isJSONSpace || last.isJSONSpace {
                let trimmed = cell.drop(while: \.isJSONSpace)
                cells[cells.count - 1] = Array(trimmed.reversed().drop(while: \.isJSONSpace).reversed())
            }
        }
        wasQuoted = false
    }

    private mutating func endRow(_ lines: inout [UInt8]) {
        endCell()
        defer { cells = [[]] }
        if cells == [[]] { return }
        guard let names else {
            let isData = cells.allSatisfy { Double(String(decoding: $0, as: UTF8.self)) != nil }
            names = isData ? (1...cells.count).map { Self.name("column\($0)") } : Self.names(cells)
            if isData { write(names ?? [], &lines) }
            return
        }
        write(names, &lines)
    }

    private func write(_ names: [[UInt8]], _ lines: inout [UInt8]) {
        var mark = UInt8(ascii: "{")
        for (index, cell) in cells.enumerated() where !cell.isEmpty {
            lines.append(mark)
            lines += index < names.count ? names[index] : Self.name("column\(index + 1)")
            Self.append(cell, to: &lines)
            mark = UInt8(ascii: ",")
        }
        if mark == UInt8(ascii: "{") { lines.append(mark) }
        lines.append(UInt8(ascii: "}"))
        lines.append(Self.newline)
    }

    private static func names(_ cells: [[UInt8]]) -> [[UInt8]] {
        var seen: [[UInt8]: Int] = [:]
        return cells.enumerated().map { index, cell in
            seen[cell, default: 0] += 1
            let text = String(decoding: cell, as: UTF8.self)
            if cell.isEmpty { return name("column\(index + 1)") }
            return name(seen[cell] == 1 ? text : "\(text)_\(seen[cell] ?? 0)")
        }
    }

    private static func name(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        append(Array(text.utf8), to: &bytes)
        return bytes + [UInt8(ascii: ":")]
    }

    private static func append(_ text: [UInt8], to json: inout [UInt8]) {
        json.append(quote)
        for byte in text {
            switch byte {
            case quote, UInt8(ascii: "\\"):
                json.append(UInt8(ascii: "\\"))
                json.append(byte)
            case ..<0x20:
                json += Array("\\u00".utf8) + Hex.text([byte]).utf8
            default: json.append(byte)
            }
        }
        json.append(quote)
    }
}
