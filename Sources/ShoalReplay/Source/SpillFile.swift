internal import Foundation

/// An unlinked temporary file for data beyond the memory limit. It is removed with the process.
package final class SpillFile {
    /// The location of a piece.
    package struct Extent {
        fileprivate var offset: Int
        fileprivate var count: Int
    }

    private let descriptor: Int32
    private var end = 0

    /// - Throws: `ReplayError` if no file can be created in the temporary directory (`TMPDIR`).
    package init() throws(ReplayError) {
        let pattern = FileManager.default.temporaryDirectory.appendingPathComponent("shoal-XXXXXX").path
        var path = Array(pattern.utf8CString)
        // Safe: as below.
        descriptor = unsafe path.withUnsafeMutableBufferPointer { unsafe mkstemp($0.baseAddress.unsafelyUnwrapped) }
        guard descriptor >= 0 else {
            throw ReplayError(.input, "\(pattern): cannot create a temporary file: \(Self.reason)")
        }
        // Safe: the path is not empty, and ends in a zero.
        _ = unsafe path.withUnsafeBufferPointer { unsafe unlink($0.baseAddress.unsafelyUnwrapped) }
    }

    /// The name under which this process can open the file.
    package var path: String { "/proc/self/fd/\(descriptor)" }

    deinit {
        close(descriptor)
    }

    /// Appends a piece.
    /// - Throws: `ReplayError` if it cannot be written.
    @discardableResult
    package func append(_ bytes: [UInt8]) throws(ReplayError) -> Extent {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                // Safe: the range is within the array.
                unsafe pwrite(
                    descriptor, buffer.baseAddress.unsafelyUnwrapped + written, bytes.count - written,
                    end + written)
            }
            guard count > 0 else {
                throw ReplayError(
                    .input,
                    "cannot write the temporary file: \(Self.reason). Set TMPDIR to use another directory")
            }
            written += count
        }
        defer { end += bytes.count }
        return Extent(offset: end, count: bytes.count)
    }

    func read(_ extent: Extent) throws(ReplayError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: extent.count)
        var filled = 0
        while filled < extent.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                // Safe: the array has room for the bytes.
                unsafe pread(
                    descriptor, buffer.baseAddress.unsafelyUnwrapped + filled, extent.count - filled,
                    extent.offset + filled)
            }
            guard count > 0 else {
                throw ReplayError(.input, "cannot read the temporary file: \(Self.reason)")
            }
            filled += count
        }
        return bytes
    }

    private static var reason: String { unsafe String(cString: strerror(errno)) }
}
