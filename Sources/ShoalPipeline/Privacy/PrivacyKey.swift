internal import CShoalOpenSSL
internal import ShoalSchemas

/// The secret key for pseudonyms: 32 bytes. The key of each use is derived from it.
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

    /// Returns the key of a use. Ends the process if OpenSSL fails.
    /// - Parameters:
    ///   - part: The part of the use, if it has several keys.
    ///   - count: The length in bytes.
    func derived(_ use: KeyUse, part: String? = nil, count: Int = 32) -> [UInt8] {
        let label = "shoal/3/\(use.rawValue)" + (part.map { "/\($0)" } ?? "")
        do throws(CryptographyError) {
            return try HKDF.key(secret: bytes, salt: Array("shoal".utf8), info: Array(label.utf8), count: count)
        } catch {
            error.end()
        }
    }

    /// Returns the pseudonym of a viewer in the state: bytes 0–15 of HMAC-SHA-256(key of the use, viewer).
    public func storedPseudonym(of viewer: some Collection<UInt8>) -> UInt128 {
        HMAC(self, .storedPseudonym).digest(Array(viewer).span).first16
    }

    /// Returns the pseudonym of a viewer in the output: AES-256(key of the use and the period, stored pseudonym).
    /// - Parameter period: ⌊start of the epoch / `privacy.rotation`⌋; nil if pseudonyms are not rotated.
    public func publishedPseudonym(of viewer: some Collection<UInt8>, in period: Int64? = nil) -> UInt128 {
        PublishedPseudonyms(self).published(storedPseudonym(of: viewer), in: period)
    }

    /// Returns the pseudonyms of viewers in the output.
    /// - Parameter period: as above.
    public func publishedPseudonyms(of viewers: [[UInt8]], in period: Int64? = nil) -> [UInt128] {
        let hmac = HMAC(self, .storedPseudonym)
        let pseudonyms = PublishedPseudonyms(self)
        return viewers.map { pseudonyms.published(hmac.digest($0.span).first16, in: period) }
    }

    /// Identifies the key without revealing it: the first 8 bytes of the key of that use, big-endian.
    public var fingerprint: UInt64 {
        derived(.fingerprint).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
