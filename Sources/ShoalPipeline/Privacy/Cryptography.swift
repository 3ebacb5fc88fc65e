internal import CShoalOpenSSL
internal import ShoalSchemas

/// The cryptographic functions that Shoal takes from OpenSSL.
public enum Cryptography {
    /// Computes known answers with HMAC-SHA-256 (RFC 4231, test case 1) and SHA-256 (FIPS 180-2).
    /// - Throws: `PipelineError` with the kind `configuration` if OpenSSL fails or returns something else.
    public static func selfTest() throws(PipelineError) {
        do throws(CryptographyError) {
            try test()
        } catch {
            throw PipelineError(.configuration, error.description)
        }
    }

    private static func test() throws(CryptographyError) {
        // Keys are padded with zeros to the block's size, so that one of 20 bytes may have 32.
        let key = PrivacyKey(bytes: [UInt8](repeating: 0x0B, count: 20) + [UInt8](repeating: 0, count: 12))
        let hmac = try HMAC(checking: key)
        let expected = HMAC.Digest(
            words: (0xb034_4c61_d8db_3853, 0x5ca8_afce_af0b_f12b, 0x881d_c200_c983_3da7, 0x26e9_376c_2e32_cff7))
        guard hmac.digest(Array("Hi There".utf8).span) == expected else {
            throw CryptographyError("the self-test of HMAC-SHA-256")
        }
        guard
            Hex.text(try SHA256Digest.checking(Array("abc".utf8).span))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        else { throw CryptographyError("the self-test of SHA-256") }
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
            "OpenSSL cannot compute pseudonyms: \(call) failed (\(reason)). Check OPENSSL_CONF, OPENSSL_MODULES and "
            + "the providers in openssl.cnf: HMAC and SHA-256 are required."
    }

    /// Ends the process with the description.
    func end() -> Never { LibraryFailure.end(description) }
}
