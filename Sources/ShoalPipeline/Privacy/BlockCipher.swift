internal import CShoalOpenSSL

/// AES-256 of single blocks of 16 bytes. Not for two threads.
@safe final class BlockCipher {
    private let encryption: OpaquePointer
    private let decryption: OpaquePointer

    /// The cipher under the key of a use, or of a part of it. Ends the process if OpenSSL fails.
    convenience init(_ key: PrivacyKey, _ use: KeyUse, part: String? = nil) {
        do throws(CryptographyError) {
            try self.init(key: key.derived(use, part: part))
        } catch {
            error.end()
        }
    }

    /// - Parameter key: 32 bytes.
    /// - Throws: `CryptographyError` if OpenSSL has no provider of AES.
    init(key: [UInt8]) throws(CryptographyError) {
        unsafe encryption = try Self.context(key, encrypts: true)
        do throws(CryptographyError) {
            unsafe decryption = try Self.context(key, encrypts: false)
        } catch {
            unsafe EVP_CIPHER_CTX_free(encryption)
            throw error
        }
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(encryption)
        unsafe EVP_CIPHER_CTX_free(decryption)
    }

    /// Encrypts a block, big-endian.
    func encrypt(_ value: UInt128) -> UInt128 { unsafe block(encryption, value) }

    /// Decrypts a block, big-endian.
    func decrypt(_ value: UInt128) -> UInt128 { unsafe block(decryption, value) }

    private static func context(_ key: [UInt8], encrypts: Bool) throws(CryptographyError) -> OpaquePointer {
        precondition(key.count == 32)
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-ECB", nil) else {
            throw CryptographyError("EVP_CIPHER_fetch")
        }
        defer { unsafe EVP_CIPHER_free(cipher) }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw CryptographyError("EVP_CIPHER_CTX_new") }
        // Safe: the key has the 32 bytes that OpenSSL reads before it returns.
        guard unsafe EVP_CipherInit_ex2(context, cipher, key, nil, encrypts ? 1 : 0, nil) == 1,
            unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1
        else {
            unsafe EVP_CIPHER_CTX_free(context)
            throw CryptographyError("EVP_CipherInit_ex2")
        }
        return unsafe context
    }

    @unsafe private func block(_ context: OpaquePointer, _ value: UInt128) -> UInt128 {
        var input = value.bigEndian
        var output: UInt128 = 0
        var length: Int32 = 0
        let result = unsafe withUnsafeBytes(of: &input) { input in
            unsafe withUnsafeMutableBytes(of: &output) { output in
                // Safe: without padding, one block of 16 bytes gives exactly one block.
                unsafe EVP_CipherUpdate(
                    context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &length,
                    input.baseAddress?.assumingMemoryBound(to: UInt8.self), 16)
            }
        }
        if result != 1 || length != 16 { CryptographyError("EVP_CipherUpdate").end() }
        return UInt128(bigEndian: output)
    }
}
