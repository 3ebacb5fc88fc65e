/// Writes the objects of a list, or objects over several lines, one a line. In an object, all lists of objects that are
/// its fields are read.
struct JSONValueConverter: TextConverter {
    private var nesting = JSONNesting()
    /// The number of bytes before the list.
    private var skipped: Int
    /// Whether the objects are elements of a list.
    private var isList = false
    private var isOpen = false
    private var isAtEnd = false
    /// Between the lists of an object: the nesting, and whether a list has just begun there.
    private var between: JSONNesting?
    private var mayBeList = false
    private let isInObject: Bool

    /// - Parameter start: The offset of the list, if it is a field of an object; otherwise 0.
    init(start: Int) {
        skipped = start
        isInObject = start > 0
    }

    mutating func convert(_ bytes: ArraySlice<UInt8>, into lines: inout [UInt8]) {
        let before = min(skipped, bytes.count)
        skipped -= before
        for byte in bytes.dropFirst(before) where !isAtEnd {
            if between != nil {
                seekList(byte)
                if between != nil { continue }
            }
            if !isOpen {
                switch byte {
                case UInt8(ascii: "{"): isOpen = true
                case UInt8(ascii: "["):
                    isList = true
                    continue
                case UInt8(ascii: "]"):
                    isAtEnd = isList && !isInObject
                    if isInObject { between = JSONNesting() }
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

    /// Looks for the next list of objects among the object's other fields.
    private mutating func seekList(_ byte: UInt8) {
        guard var nesting = between else { return }
        if mayBeList, !byte.isJSONSpace {
            mayBeList = false
            if byte == UInt8(ascii: "{") {
                between = nil
                return
            }
        }
        if nesting.depth == 0, !nesting.isInString, byte == UInt8(ascii: "[") { mayBeList = true }
        nesting.read(byte)
        between = nesting
        if nesting.depth < 0 { (between, isAtEnd) = (nil, true) }
    }

    mutating func finish(into lines: inout [UInt8]) {
        // An object that is cut off becomes an invalid line.
        if isOpen { lines.append(UInt8(ascii: "\n")) }
        isOpen = false
    }
}
