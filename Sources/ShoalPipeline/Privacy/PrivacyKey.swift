internal import CShoalOpenSSL
internal import ShoalSchemas

/// The secret key for pseudonyms: 32 bytes.
public struct PrivacyKey: Sendable {
    let bytes: [UInt8]

    /// - Parameter hex: 64 hexadecimal digits; surrounding white space is allowed. Returns `nil` otherwise.
    public init?(hex: some StringProtocol) {
        var digits = Substring(hex)
        while let last = digits.last, last.isWhitespace { digits.removeLast() }
        while let first = digits.first, first.isWhitespace { digits.removeFirst() }
        guard digits.utf8.count == 64, let bytes = Hex.bytes(digits) else { return nil }
        self.bytes = bytes
    }

    /// Returns a random key, for demos and tests.
    public static func random() -> PrivacyKey? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // Safe: pointer and length are those of the array.
            unsafe RAND_bytes(buffer.baseAddress, Int32(buffer.count))
        }
        return result == 1 ? PrivacyKey(bytes: bytes) : nil
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Returns the pseudonym of a viewer: bytes 0–15 of HMAC-SHA-256(key, viewer).
    public func pseudonym(of viewer: some Collection<UInt8>) -> UInt128 {
        HMAC(self).digest(Array(viewer).span).first16
    }

    /// The first 8 bytes of HMAC(key, "shoal/key"). Identifies the key without revealing it.
    public var fingerprint: UInt64 {
        let name = Array("shoal/key".utf8)
        return HMAC(self).digest(name.span).first8
    }
}
