internal import CShoalOpenSSL

/// HKDF with SHA-256 (RFC 5869): derives a key from a secret, so that neither the secret nor another derived key can be
/// computed from it.
enum HKDF {
    /// Returns the derived key.
    /// - Parameters:
    ///   - info: names what the key is for; other bytes give another key.
    ///   - count: the length in bytes, 1 to 8,160.
    /// - Throws: `CryptographyError` if OpenSSL has no provider of HKDF or SHA-256.
    static func key(secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int = 32) throws(CryptographyError) -> [UInt8]
    {
        guard let function = unsafe EVP_KDF_fetch(nil, "HKDF", nil) else { throw CryptographyError("EVP_KDF_fetch") }
        defer { unsafe EVP_KDF_free(function) }
        guard let context = unsafe EVP_KDF_CTX_new(function) else { throw CryptographyError("EVP_KDF_CTX_new") }
        defer { unsafe EVP_KDF_CTX_free(context) }
        var parameters = OpenSSLParameters()
        parameters.add("digest", text: "SHA256")
        parameters.add("key", bytes: secret)
        parameters.add("salt", bytes: salt)
        parameters.add("info", bytes: info)
        var key = [UInt8](repeating: 0, count: count)
        // Safe: OpenSSL copies the parameters before it returns, and writes exactly `count` bytes.
        let result = unsafe parameters.pass { unsafe EVP_KDF_derive(context, &key, count, $0) }
        guard result == 1 else { throw CryptographyError("EVP_KDF_derive") }
        return key
    }
}
