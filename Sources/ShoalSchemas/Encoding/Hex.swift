/// Converts to and from lower-case hexadecimal digits.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Returns 32 digits.
    public static func text(_ value: UInt128) -> String {
        var buffer: [UInt8] = []
        append(value, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Appends 32 digits.
    public static func append(_ value: UInt128, to buffer: inout [UInt8]) {
        for shift in stride(from: 124, through: 0, by: -4) {
            buffer.append(digits[Int(truncatingIfNeeded: value >> UInt128(shift)) & 15])
        }
    }

    /// Returns the 16 bytes of a pseudonym.
    public static func bytes(of value: UInt128) -> [UInt8] {
        Array(Bytes16(value))
    }

    /// Returns two digits for each byte.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        var buffer: [UInt8] = []
        for byte in bytes {
            buffer.append(digits[Int(byte >> 4)])
            buffer.append(digits[Int(byte & 15)])
        }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Returns the pseudonym of exactly 32 hexadecimal digits, or `nil`.
    public static func pseudonym(_ text: some StringProtocol) -> UInt128? {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { return nil }
        return UInt128(text, radix: 16)
    }

    /// Returns the bytes of an even number of hexadecimal digits, or `nil`.
    public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.map { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0) }
    }
}
