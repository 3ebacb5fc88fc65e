extension PrivacyKey {
    /// Returns the signature of a certificate of erasure: HMAC-SHA-256 under the key of that use, 32 bytes.
    package func signature(of certificate: [UInt8]) -> [UInt8] {
        let words = HMAC(self, .certificate).digest(certificate.span).words
        return [words.0, words.1, words.2, words.3].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }
}
