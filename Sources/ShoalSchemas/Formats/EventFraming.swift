internal import Foundation

/// How a file separates its records.
public enum EventFraming: Sendable {
    /// A record per line. Blank lines are skipped.
    case lines
    /// Each record is preceded by its length as a varint.
    case lengths

    /// The bounds of a record in a buffer, and the start of the next one.
    public typealias Bounds = (start: Int, end: Int, next: Int)

    var isText: Bool { self == .lines }

    /// Returns the bounds of the record at a place, or nil if the buffer ends there. The last line may lack its newline.
    public func record(_ bytes: [UInt8], at place: Int) -> Bounds? {
        guard place < bytes.count else { return nil }
        switch self {
        case .lines:
            let end = Self.newline(bytes, from: place) ?? bytes.count
            return (place, end, end + 1)
        case .lengths:
            guard let (length, start) = Self.length(bytes, at: place) else { return nil }
            return (start, start + length, start + length)
        }
    }

    /// Returns whether a record holds no event and is not an error.
    public func isBlank(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        guard self == .lines else { return false }
        for index in start..<end where bytes[index] != 0x20 && bytes[index] != 0x09 && bytes[index] != 0x0D {
            return false
        }
        return true
    }

    /// Returns the length and the start of the message whose length prefix is at `place`, or nil if the prefix is
    /// incomplete.
    public static func length(_ bytes: [UInt8], at place: Int) -> (length: Int, start: Int)? {
        var (value, shift, place) = (0, 0, place)
        while place < bytes.count, shift < 56 {
            let byte = bytes[place]
            value |= Int(byte & 0x7F) << shift
            place += 1
            if byte < 0x80 { return (value, place) }
            shift += 7
        }
        return shift < 56 ? nil : (.max, place)
    }

    private static func newline(_ bytes: [UInt8], from place: Int) -> Int? {
        unsafe bytes.withUnsafeBytes { buffer in
            // Safe: the search is limited to the array's bytes.
            guard let start = buffer.baseAddress,
                let found = unsafe memchr(start + place, Int32(UInt8(ascii: "\n")), buffer.count - place)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - start
        }
    }
}
