/// Writes JSON objects without white space. Fields keep the order in which they are added.
struct JSONWriter {
    var bytes: [UInt8]
    private var isFirst = true

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.bytes.append(UInt8(ascii: "{"))
    }

    mutating func end() {
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func field(_ name: StaticString, _ value: Int64) {
        key(name)
        // Most readers would lose digits of numbers beyond 53 bits.
        let isSafe = value.magnitude <= 1 << 53
        if !isSafe { bytes.append(UInt8(ascii: "\"")) }
        bytes.append(contentsOf: String(value).utf8)
        if !isSafe { bytes.append(UInt8(ascii: "\"")) }
    }

    mutating func field(_ name: StaticString, text: String) {
        key(name)
        string(text)
    }

    /// 32 hexadecimal digits.
    mutating func field(_ name: StaticString, hex value: UInt128) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        let digits = Array("0123456789abcdef".utf8)
        for byte in Bytes16(value) {
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ name: StaticString, texts: [String]) {
        key(name)
        bytes.append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            string(text)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func field(_ name: StaticString, _ values: [UInt32]) {
        key(name)
        bytes.append(contentsOf: "[\(values.map(String.init).joined(separator: ","))]".utf8)
    }

    private mutating func key(_ name: StaticString) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        string(name.description)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func string(_ text: String) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
