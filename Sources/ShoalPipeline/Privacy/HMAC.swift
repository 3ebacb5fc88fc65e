internal import CShoalOpenSSL

/// HMAC-SHA-256 under one key: a context that is made once and used again for every message. Not for two threads.
///
/// Every call of OpenSSL is checked. A call that fails ends the process: with a wrong digest all viewers could be one.
/// `Cryptography.selfTest` finds a library without its providers at the start.
@safe final class HMAC {
    /// The 32 bytes of a digest.
    struct Digest: Equatable {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        /// Bytes 0–7, big-endian.
        var first8: UInt64 { words.0 }
        /// Bytes 0–15, big-endian.
        var first16: UInt128 { UInt128(words.0) << 64 | UInt128(words.1) }
        /// Bytes 0–3, big-endian.
        var first4: UInt32 { UInt32(truncatingIfNeeded: words.0 >> 32) }

        static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    }

    private let context: OpaquePointer

    /// HMAC under the key of a use. Ends the process if OpenSSL fails.
    convenience init(_ key: PrivacyKey, _ use: KeyUse) {
        do throws(CryptographyError) {
            try self.init(key: key.derived(use))
        } catch {
            error.end()
        }
    }

    /// - Throws: `CryptographyError` if OpenSSL has no provider of HMAC or SHA-256.
    init(key: [UInt8]) throws(CryptographyError) {
        guard let mac = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { throw CryptographyError("EVP_MAC_fetch") }
        defer { unsafe EVP_MAC_free(mac) }
        guard let context = unsafe EVP_MAC_CTX_new(mac) else { throw CryptographyError("EVP_MAC_CTX_new") }
        unsafe self.context = context
        var parameters = OpenSSLParameters()
        parameters.add("digest", text: "SHA256")
        // Safe: OpenSSL copies key and parameters before it returns.
        let result = unsafe parameters.pass { unsafe EVP_MAC_init(context, key, key.count, $0) }
        // The deinitializer frees the context.
        guard result == 1 else { throw CryptographyError("EVP_MAC_init") }
        guard unsafe EVP_MAC_CTX_get_mac_size(context) == 32 else {
            throw CryptographyError("EVP_MAC_CTX_get_mac_size")
        }
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    /// Returns the digest of `message`.
    func digest(_ message: Span<UInt8>) -> Digest {
        start()
        add(message)
        return finish()
    }

    /// Begins a message that is passed in several calls. The key remains.
    func start() {
        if unsafe EVP_MAC_init(context, nil, 0, nil) != 1 { CryptographyError("EVP_MAC_init").end() }
    }

    func add(_ part: Span<UInt8>) {
        let result = unsafe part.withUnsafeBufferPointer { buffer in
            // Safe: OpenSSL reads `count` bytes before it returns.
            unsafe EVP_MAC_update(context, buffer.baseAddress, buffer.count)
        }
        if result != 1 { CryptographyError("EVP_MAC_update").end() }
    }

    func finish() -> Digest {
        var digest = Digest()
        var length = 0
        let result = unsafe withUnsafeMutableBytes(of: &digest.words) { buffer in
            // Safe: a SHA-256 digest has 32 bytes, as does the tuple.
            unsafe EVP_MAC_final(
                context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &length, buffer.count)
        }
        if result != 1 || length != 32 { CryptographyError("EVP_MAC_final").end() }
        digest.words = (
            UInt64(bigEndian: digest.words.0), UInt64(bigEndian: digest.words.1), UInt64(bigEndian: digest.words.2),
            UInt64(bigEndian: digest.words.3)
        )
        return digest
    }
}
