internal import ShoalClustering
internal import ShoalSchemas

/// How the content of models, epoch deltas and headers of snapshots is compressed. The raw value is the format of their
/// parts; format 1 was not sealed.
///
/// Contents are hashed and compared before they are compressed: the compressed bytes can differ between versions of zlib
/// and zstd.
enum Compression: Int64 {
    case zlib = 2
    case zstd = 3

    /// The newest format that this program reads, and the one that it writes.
    static let newest = Compression.zstd

    /// The most bytes of a record before it is compressed: 2 GiB.
    static let largest: Int64 = 1 << 31
    /// A record has at most this many bytes plus `ratio` times its compressed size, so that small records use little
    /// memory.
    private static let base: Int64 = 16 << 20
    private static let ratio: Int64 = 256

    /// Returns the maximum size of a record with the given compressed size.
    static func limit(compressed: Int) -> Int64 {
        min(base + ratio * Int64(compressed), largest)
    }

    /// Returns the compressed bytes. They are stored as they are if the ratio would otherwise exceed `ratio`.
    func compress(_ bytes: [UInt8]) -> [UInt8] {
        guard Int64(bytes.count) <= Self.largest else {
            LibraryFailure.end(
                "Cannot write a record of \(bytes.count) bytes: the maximum is \(Self.largest). Lower clusters.max or "
                    + "topics.max."
            )
        }
        return switch self {
        case .zlib: Zlib.deflate(bytes)
        case .zstd: Zstd.compress(bytes)
        }
    }

    /// Returns the `size` bytes of the content, or nil if they are damaged or exceed `limit`.
    ///
    /// The memory use depends on the bytes that are produced, and not on the size that the record claims.
    func decompress(_ bytes: [UInt8], size: Int) -> [UInt8]? {
        guard size >= 0, Int64(size) <= Self.limit(compressed: bytes.count), bytes.count <= Self.largest else {
            return nil
        }
        return switch self {
        case .zlib: Zlib.inflate(bytes, size: size)
        case .zstd: Zstd.decompress(bytes, size: size)
        }
    }
}

/// The content of a record as it was before it was sealed.
struct CompressedContent {
    let bytes: [UInt8]
    /// The size of the content in bytes.
    let size: Int64
    let compression: Compression

    /// - Throws: `ProtoError` if it is damaged.
    func content() throws(ProtoError) -> [UInt8] {
        guard let content = compression.decompress(bytes, size: Int(size)) else { throw .badValue }
        return content
    }
}
