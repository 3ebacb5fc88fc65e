internal import CShoalOpenSSL

/// AES-SIV (RFC 5297) with AES-256 under one key: encrypts and authenticates.
///
/// It is deterministic: the same message with the same associated data gives the same bytes, and there is no nonce that
/// could be used twice. A context is made once and copied for every message. Not for two threads.
@safe final class AESSIV {
    /// The length of a key in bytes: one half authenticates, the other one encrypts.
    static let keyBytes = 64
    /// How many bytes a sealed message is longer than the message.
    static let tagBytes = 16

    /// A context of OpenSSL, freed with the object.
    @safe private final class Context {
        let pointer: OpaquePointer

        init() throws(CryptographyError) {
            guard let pointer = unsafe EVP_CIPHER_CTX_new() else { throw CryptographyError("EVP_CIPHER_CTX_new") }
            unsafe self.pointer = pointer
        }

        deinit {
            unsafe EVP_CIPHER_CTX_free(pointer)
        }
    }

    /// Contexts with the key and the first part of the associated data.
    private let sealing: Context
    private let opening: Context
    /// A copy of one of them, for the message in work.
    private let work: Context

    /// - Parameters:
    ///   - key: 64 bytes.
    ///   - associated: the part of the associated data that all messages share; not empty.
    /// - Throws: `CryptographyError` if OpenSSL has no provider of AES-SIV.
    init(key: [UInt8], associated: [UInt8]) throws(CryptographyError) {
        precondition(key.count == Self.keyBytes && !associated.isEmpty)
        (sealing, opening, work) = (try Context(), try Context(), try Context())
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-SIV", nil) else {
            throw CryptographyError("EVP_CIPHER_fetch")
        }
        defer { unsafe EVP_CIPHER_free(cipher) }
        for context in [sealing, opening] {
            var length: Int32 = 0
            // Safe: the key has the 64 bytes that OpenSSL reads, and both arrays are read before the calls return.
            guard unsafe EVP_CipherInit_ex2(context.pointer, cipher, key, nil, context === sealing ? 1 : 0, nil) == 1,
                unsafe EVP_CipherUpdate(context.pointer, nil, &length, associated, Int32(associated.count)) == 1
            else { throw CryptographyError("EVP_CipherInit_ex2") }
        }
    }

    /// Appends the sealed message: 16 bytes, and as many as the message has. Ends the process if OpenSSL fails.
    /// - Parameters:
    ///   - message: not empty; OpenSSL before 3.0.10 computes no tag of an empty one.
    ///   - associated: the rest of the associated data; not empty, because the same versions ignore an empty one.
    func seal(_ message: Span<UInt8>, _ associated: Span<UInt8>, into output: inout [UInt8]) {
        precondition(!message.isEmpty)
        guard begin(sealing, associated) else { CryptographyError("EVP_CIPHER_CTX_copy").end() }
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: Self.tagBytes + message.count))
        var length: Int32 = 0
        let result = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe message.withUnsafeBufferPointer { message -> Int32 in
                guard let tag = unsafe output.baseAddress.map({ unsafe $0 + start }) else { return 0 }
                // Safe: as many bytes as are read are written behind the tag, and there is room for both.
                let result = unsafe EVP_CipherUpdate(
                    work.pointer, tag + Self.tagBytes, &length, message.baseAddress, Int32(message.count))
                guard result == 1 else { return result }
                return unsafe EVP_CIPHER_CTX_ctrl(work.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), tag)
            }
        }
        if result != 1 || Int(length) != message.count { CryptographyError("EVP_CipherUpdate").end() }
    }

    /// Puts the message into `output`, whose former content is replaced.
    /// - Returns: false if it was not sealed by this key with the same associated data. `output` is then empty.
    func open(_ sealed: Span<UInt8>, _ associated: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        output.removeAll(keepingCapacity: true)
        guard sealed.count > Self.tagBytes, sealed.count <= Int(Int32.max),
            begin(opening, associated)
        else { return false }
        let count = sealed.count - Self.tagBytes
        output.append(contentsOf: repeatElement(0, count: count))
        var length: Int32 = 0
        let result = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe sealed.withUnsafeBufferPointer { sealed -> Int32 in
                guard let tag = sealed.baseAddress else { return 0 }
                // Safe: OpenSSL copies the tag, and writes as many bytes as it reads behind it.
                let result = unsafe EVP_CIPHER_CTX_ctrl(
                    work.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), UnsafeMutablePointer(mutating: tag))
                guard result == 1 else { return result }
                return unsafe EVP_CipherUpdate(
                    work.pointer, output.baseAddress, &length, tag + Self.tagBytes, Int32(count))
            }
        }
        if result == 1, Int(length) == count { return true }
        ERR_clear_error()
        output.removeAll(keepingCapacity: true)
        return false
    }

    /// Begins a message. Copying a context with its key takes a third of the time of setting the key.
    private func begin(_ base: Context, _ associated: Span<UInt8>) -> Bool {
        precondition(!associated.isEmpty)
        var length: Int32 = 0
        guard unsafe EVP_CIPHER_CTX_copy(work.pointer, base.pointer) == 1 else { return false }
        return unsafe associated.withUnsafeBufferPointer { associated in
            // Safe: OpenSSL reads the bytes before it returns.
            unsafe EVP_CipherUpdate(work.pointer, nil, &length, associated.baseAddress, Int32(associated.count)) == 1
        }
    }
}
