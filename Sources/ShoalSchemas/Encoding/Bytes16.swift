/// The 16 bytes of a number, big-endian.
public struct Bytes16: RandomAccessCollection, Sendable {
    public let value: UInt128

    public init(_ value: UInt128) {
        self.value = value
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { 16 }
    public subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: value >> UInt128(120 - 8 * index)) }

    /// - Throws: `badValue` unless there are 16 bytes.
    public static func read(_ bytes: [UInt8]) throws(ProtoError) -> UInt128 {
        guard bytes.count == 16 else { throw .badValue }
        return bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }
}
