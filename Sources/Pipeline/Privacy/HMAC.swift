internal import COpenSSL

/// HMAC-SHA-256 under one key: a context that is made once and used again for every message. Not for two threads.
@safe final class HMAC {
    /// The 32 bytes of a digest.
    struct Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        /// Bytes 0–7, big-endian.
        var first8: UInt64 { words.0 }
        /// Bytes 0–15, big-endian.
        var first16: UInt128 { UInt128(words.0) << 64 | UInt128(words.1) }
        /// Bytes 16–23, big-endian.
        var third8: UInt64 { words.2 }
        /// Bytes 0–3, big-endian.
        var first4: UInt32 { UInt32(truncatingIfNeeded: words.0 >> 32) }
    }

    private let context: OpaquePointer?

    init(_ key: PrivacyKey) {
        let mac = unsafe EVP_MAC_fetch(nil, "HMAC", nil)
        unsafe context = EVP_MAC_CTX_new(mac)
        unsafe EVP_MAC_free(mac)
        var digest = Array("SHA256\0".utf8.map { CChar(bitPattern: $0) })
        unsafe digest.withUnsafeMutableBufferPointer { name in
            var parameters = unsafe [
                OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 0), OSSL_PARAM_construct_end(),
            ]
            unsafe key.bytes.withUnsafeBufferPointer { bytes in
                // Safe: OpenSSL copies key and parameters before it returns.
                _ = unsafe EVP_MAC_init(context, bytes.baseAddress, bytes.count, &parameters)
            }
        }
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    /// The digest of `message`.
    func digest(_ message: Span<UInt8>) -> Digest {
        start()
        add(message)
        return finish()
    }

    /// Begins a message that comes in parts: the key stays that of before.
    func start() {
        unsafe EVP_MAC_init(context, nil, 0, nil)
    }

    func add(_ part: Span<UInt8>) {
        unsafe part.withUnsafeBufferPointer { buffer in
            // Safe: OpenSSL reads `count` bytes before it returns.
            _ = unsafe EVP_MAC_update(context, buffer.baseAddress, buffer.count)
        }
    }

    func finish() -> Digest {
        var digest = Digest()
        var length = 0
        unsafe withUnsafeMutableBytes(of: &digest.words) { buffer in
            // Safe: a SHA-256 digest has the 32 bytes that the tuple has.
            _ = unsafe EVP_MAC_final(
                context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &length, buffer.count)
        }
        digest.words = (
            UInt64(bigEndian: digest.words.0), UInt64(bigEndian: digest.words.1), UInt64(bigEndian: digest.words.2),
            UInt64(bigEndian: digest.words.3)
        )
        return digest
    }
}
