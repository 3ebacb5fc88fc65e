internal import COpenSSL

/// SHA-256 of bytes at hand.
package enum SHA256Digest {
    /// The 32 bytes of the digest.
    package static func of(_ bytes: Span<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        unsafe bytes.withUnsafeBufferPointer { input in
            unsafe digest.withUnsafeMutableBufferPointer { output in
                // Safe: the digest has 32 bytes, and OpenSSL reads `count` bytes of the input before it returns.
                _ = unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, &length, EVP_sha256(), nil)
            }
        }
        return digest
    }
}
