internal import CShoalZstd

/// Compression with zstd. Bytes that it does not shorten are stored as they are: they have the size of the content.
enum Zstd {
    /// Returns the content as a frame, or as it is.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var size = 0
        let frame = unsafe [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { target, count in
            // Safe: both lengths are those of the buffers.
            unsafe bytes.withUnsafeBytes { source in
                size = unsafe ZSTD_compress(target.baseAddress, target.count, source.baseAddress, source.count, 1)
            }
            count = ZSTD_isError(size) == 0 ? size : 0
        }
        guard ZSTD_isError(size) == 0 else {
            let reason = unsafe String(cString: ZSTD_getErrorName(size))
            LibraryFailure.end("Cannot compress \(bytes.count) bytes: zstd: \(reason). Is there enough memory?")
        }
        return frame.count < bytes.count && Int64(bytes.count) <= Compression.limit(compressed: frame.count)
            ? frame : bytes
    }

    /// Returns the `size` bytes of the content, or nil if they are damaged.
    static func decompress(_ bytes: [UInt8], size: Int) -> [UInt8]? {
        guard bytes.count < size else { return bytes.count == size ? bytes : nil }
        var result = 0
        let content = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            // Safe: both lengths are those of the buffers. Memory that is not written to is not used.
            unsafe bytes.withUnsafeBytes { source in
                result = unsafe ZSTD_decompress(target.baseAddress, size, source.baseAddress, source.count)
            }
            count = ZSTD_isError(result) == 0 ? result : 0
        }
        return ZSTD_isError(result) == 0 && content.count == size ? content : nil
    }
}
