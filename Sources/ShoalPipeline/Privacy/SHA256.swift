internal import CShoalOpenSSL

/// SHA-256 of bytes in memory.
package enum SHA256Digest {
    /// Returns the 32 bytes of the digest. Ends the process if OpenSSL fails: another digest would be taken for other content.
    package static func of(_ bytes: Span<UInt8>) -> [UInt8] {
        do throws(CryptographyError) {
            return try checking(bytes)
        } catch {
            error.end()
        }
    }

    /// - Throws: `CryptographyError` if OpenSSL has no provider of SHA-256.
    static func checking(_ bytes: Span<UInt8>) throws(CryptographyError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let result = unsafe bytes.withUnsafeBufferPointer { input in
            unsafe digest.withUnsafeMutableBufferPointer { output in
                // Safe: the digest has 32 bytes, and OpenSSL reads `count` bytes of the input before it returns.
                unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, &length, EVP_sha256(), nil)
            }
        }
        guard result == 1, length == 32 else { throw CryptographyError("EVP_Digest") }
        return digest
    }
}
