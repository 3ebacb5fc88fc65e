internal import CShoalZlib

/// Compression with zlib.
enum Zlib {
    /// Returns the deflated bytes.
    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        // Level 6 takes four times as long, and saves a tenth of the size.
        let deflated = deflate(bytes, level: 1)
        let isAllowed = Int64(bytes.count) <= Compression.limit(compressed: deflated.count)
        return isAllowed ? deflated : deflate(bytes, level: 0)
    }

    private static func deflate(_ bytes: [UInt8], level: Int32) -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(size))
        let result = unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                // Safe: both lengths are those of the arrays.
                unsafe compress2(target.baseAddress, &size, source.baseAddress, UInt(source.count), level)
            }
        }
        // An empty record could never be read again.
        guard result == Z_OK else {
            LibraryFailure.end("Cannot deflate \(bytes.count) bytes: zlib returned \(result). Is there enough memory?")
        }
        output.removeLast(output.count - Int(size))
        return output
    }

    /// Returns the `size` inflated bytes, or nil if they are damaged.
    static func inflate(_ bytes: [UInt8], size: Int) -> [UInt8]? {
        var stream = unsafe z_stream()
        guard
            unsafe inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        var chunk = [UInt8](repeating: 0, count: min(size + 1, 256 << 10))
        var output: [UInt8] = []
        output.reserveCapacity(min(size, 16 * bytes.count))
        var input = bytes
        let isWhole = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            while true {
                // Safe: both lengths are those of the arrays, and zlib keeps no pointer after `inflateEnd`.
                let (result, count) = unsafe chunk.withUnsafeMutableBufferPointer { target in
                    unsafe stream.next_out = target.baseAddress
                    unsafe stream.avail_out = UInt32(target.count)
                    let result = unsafe CShoalZlib.inflate(&stream, Z_NO_FLUSH)
                    return unsafe (result, target.count - Int(stream.avail_out))
                }
                guard result == Z_OK || result == Z_STREAM_END, output.count + count <= size else { return false }
                output += chunk[..<count]
                if result == Z_STREAM_END { return unsafe stream.avail_in == 0 && output.count == size }
                // Without progress, the input is truncated.
                if count == 0, unsafe stream.avail_in == 0 { return false }
            }
        }
        guard unsafe inflateEnd(&stream) == Z_OK else { return nil }
        return isWhole ? output : nil
    }
}
