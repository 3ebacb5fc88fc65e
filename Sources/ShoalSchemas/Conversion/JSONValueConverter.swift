/// Writes the objects of a list, or objects over several lines, one a line.
struct JSONValueConverter: TextConverter {
    private var nesting = JSONNesting()
    /// The number of bytes before the list.
    private var skipped: Int
    /// Whether the objects are elements of a list.
    private var isList = false
    private var isOpen = false
    private var isAtEnd = false

    init(start: Int) {
        skipped = start
    }

    mutating func convert(_ bytes: ArraySlice<UInt8>, into lines: inout [UInt8]) {
        let before = min(skipped, bytes.count)
        skipped -= before
        for byte in bytes.dropFirst(before) where !isAtEnd {
            if !isOpen {
                switch byte {
                case UInt8(ascii: "{"): isOpen = true
                case UInt8(ascii: "["):
                    isList = true
                    continue
                case UInt8(ascii: "]"):
                    isAtEnd = isList
                    continue
                default: continue
                }
            }
            nesting.read(byte)
            // In valid JSON, a line break is white space between values.
            lines.append(byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? UInt8(ascii: " ") : byte)
            if nesting.depth == 0 {
                lines.append(UInt8(ascii: "\n"))
                isOpen = false
            }
        }
    }

    mutating func finish(into lines: inout [UInt8]) {
        // An object that is cut off becomes an invalid line.
        if isOpen { lines.append(UInt8(ascii: "\n")) }
        isOpen = false
    }
}
