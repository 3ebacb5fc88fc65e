internal import CZlib

/// zlib, for the sums in models and closings.
enum Compression {
    /// The bytes, deflated. Models are compared by what they hold, not by this: other versions of zlib may differ.
    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(size))
        let result = unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                // Safe: both lengths are those of the arrays.
                unsafe compress2(target.baseAddress, &size, source.baseAddress, UInt(source.count), 6)
            }
        }
        guard result == Z_OK else { return [] }
        output.removeLast(output.count - Int(size))
        return output
    }

    /// The `size` bytes that were deflated; nil where they are damaged.
    static func inflate(_ bytes: [UInt8], size: Int) -> [UInt8]? {
        guard size >= 0, size <= 1 << 32 else { return nil }
        var length = UInt(size)
        var output = [UInt8](repeating: 0, count: size)
        let result = unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                // Safe: both lengths are those of the arrays.
                unsafe uncompress(target.baseAddress, &length, source.baseAddress, UInt(source.count))
            }
        }
        return result == Z_OK && length == UInt(size) ? output : nil
    }
}
