internal import CShoalOpenSSL
internal import ShoalSchemas

/// The cryptographic functions that Shoal takes from OpenSSL.
public enum Cryptography {
    /// Computes known answers with HMAC-SHA-256 (RFC 4231, test case 1), SHA-256 (FIPS 180-2), HKDF-SHA-256 (RFC 5869,
    /// test case 1), AES-256 (FIPS 197, appendix C.3) and AES-SIV.
    /// - Throws: `PipelineError` with the kind `configuration` if OpenSSL fails or returns something else.
    public static func selfTest() throws(PipelineError) {
        do throws(CryptographyError) {
            try test()
        } catch {
            throw PipelineError(.configuration, error.description)
        }
    }

    private static func test() throws(CryptographyError) {
        let hmac = try HMAC(key: [UInt8](repeating: 0x0B, count: 20))
        let expected = HMAC.Digest(
            words: (0xb034_4c61_d8db_3853, 0x5ca8_afce_af0b_f12b, 0x881d_c200_c983_3da7, 0x26e9_376c_2e32_cff7))
        guard hmac.digest(Array("Hi There".utf8).span) == expected else {
            throw CryptographyError("the self-test of HMAC-SHA-256")
        }
        guard
            Hex.text(try SHA256Digest.checking(Array("abc".utf8).span))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        else { throw CryptographyError("the self-test of SHA-256") }
        let derived = try HKDF.key(
            secret: [UInt8](repeating: 0x0B, count: 22), salt: Array(0...12), info: Array(0xF0...0xF9), count: 42)
        guard
            Hex.text(derived)
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        else { throw CryptographyError("the self-test of HKDF-SHA-256") }
        let block = try BlockCipher(key: Array(0...31))
        let (plain, sealed): (UInt128, UInt128) = (
            0x0011_2233_4455_6677_8899_aabb_ccdd_eeff, 0x8ea2_b7ca_5167_45bf_eafc_4990_4b49_6089
        )
        guard block.encrypt(plain) == sealed, block.decrypt(sealed) == plain else {
            throw CryptographyError("the self-test of AES-256")
        }
        let cipher = try AESSIV(key: Array(0...63), associated: Array("shoal".utf8))
        var (record, opened): ([UInt8], [UInt8]) = ([], [])
        cipher.seal(Array("abc".utf8).span, Array("key".utf8).span, into: &record)
        guard Hex.text(record) == "0dfa336780948f8a796ff49122603f313998f9",
            cipher.open(record.span, Array("key".utf8).span, into: &opened), opened == Array("abc".utf8)
        else { throw CryptographyError("the self-test of AES-SIV") }
    }
}

/// A call of OpenSSL failed.
struct CryptographyError: Error, CustomStringConvertible {
    let description: String

    /// - Parameter call: the function. The reason comes from OpenSSL's queue of errors.
    init(_ call: String) {
        var buffer = [CChar](repeating: 0, count: 256)
        let code = ERR_get_error()
        var reason = "no reason given"
        if code != 0 {
            // Safe: OpenSSL writes at most `count` bytes, the final zero included.
            unsafe buffer.withUnsafeMutableBufferPointer { unsafe ERR_error_string_n(code, $0.baseAddress, $0.count) }
            let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            reason = String(decoding: text, as: UTF8.self)
        }
        description =
            "OpenSSL cannot be used: \(call) failed (\(reason)). Check OPENSSL_CONF, OPENSSL_MODULES and "
            + "the providers in openssl.cnf: HMAC, HKDF, SHA-256, AES and AES-SIV are required."
    }

    /// Ends the process with the description.
    func end() -> Never { LibraryFailure.end(description) }
}
