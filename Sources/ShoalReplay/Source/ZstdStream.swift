internal import CShoalZstd

/// Decompresses a stream of zstd frames piece by piece.
@safe final class ZstdStream {
    /// The first bytes of a frame.
    static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// The stream is damaged.
    struct Damage: Error {
        /// zstd's own words.
        var text: String
    }

    private let context: OpaquePointer
    /// Whether the bytes so far end with a whole frame.
    private(set) var isWhole = true

    /// - Returns: nil: there is not enough memory.
    init?() {
        guard let context = unsafe ZSTD_createDCtx() else { return nil }
        unsafe self.context = context
    }

    deinit {
        unsafe ZSTD_freeDCtx(context)
    }

    /// Appends the content of the next bytes.
    func append(_ bytes: [UInt8], to content: inout [UInt8]) throws(Damage) {
        var (place, isFull) = (0, false)
        // A full piece may not be all that the bytes hold.
        while place < bytes.count || isFull {
            var (result, taken) = (0, 0)
            // Safe: zstd reads and writes within the sizes of both buffers, which outlive the call.
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.step) { output, filled in
                unsafe bytes.withUnsafeBytes { input in
                    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: bytes.count, pos: place)
                    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: Self.step, pos: 0)
                    result = unsafe ZSTD_decompressStream(context, &target, &source)
                    (taken, filled) = unsafe (source.pos, target.pos)
                }
            }
            guard ZSTD_isError(result) == 0 else {
                throw Damage(text: unsafe String(cString: ZSTD_getErrorName(result)))
            }
            isWhole = result == 0
            isFull = piece.count == Self.step
            place = taken
            content += piece
        }
    }

    private static let step = 1 << 18
}
