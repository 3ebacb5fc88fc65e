internal import COpenSSL

/// The secret that makes pseudonyms: 32 bytes.
public struct PrivacyKey: Sendable {
    let bytes: [UInt8]

    /// - Parameter hex: 64 hexadecimal digits, spaces and line ends around them allowed; nil otherwise.
    public init?(hex: some StringProtocol) {
        var digits = Substring(hex)
        while let last = digits.last, last.isWhitespace { digits.removeLast() }
        while let first = digits.first, first.isWhitespace { digits.removeFirst() }
        guard digits.utf8.count == 64, let bytes = Hex.bytes(digits) else { return nil }
        self.bytes = bytes
    }

    /// A key of 32 random bytes, for demos and tests.
    public static func random() -> PrivacyKey? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // Safe: the pointer and the length are those of the array.
            unsafe RAND_bytes(buffer.baseAddress, Int32(buffer.count))
        }
        return result == 1 ? PrivacyKey(bytes: bytes) : nil
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Who a viewer is for the outside: bytes 0–15 of HMAC-SHA-256(key, viewer).
    public func pseudonym(of viewer: some Collection<UInt8>) -> UInt128 {
        HMAC(self).digest(Array(viewer).span).first16
    }

    /// The first 8 bytes of HMAC(key, "shoal/key"): tells keys apart without telling the key.
    public var fingerprint: UInt64 {
        let name = Array("shoal/key".utf8)
        return HMAC(self).digest(name.span).first8
    }
}
