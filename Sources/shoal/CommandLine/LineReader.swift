internal import CZlib
import Foundation

/// Lines of a file, of standard input (`-`), plain or gzip.
@safe final class LineReader {
    private let file: gzFile?
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var filled = 0
    private var at = 0

    /// - Throws: `UsageError` where the file cannot be opened.
    init(_ path: String) throws {
        unsafe file = path == "-" ? gzdopen(0, "rb") : gzopen(path, "rb")
        guard unsafe file != nil else {
            throw UsageError(description: "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        unsafe gzbuffer(file, 1 << 18)
    }

    deinit {
        unsafe gzclose(file)
    }

    /// The next line without its end; nil at the end.
    /// - Throws: `UsageError` where the gzip stream is damaged.
    func next() throws -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if at == filled {
                let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                    // Safe: zlib writes at most `count` bytes there.
                    unsafe gzread(file, buffer.baseAddress, UInt32(buffer.count))
                }
                guard count >= 0 else { throw UsageError(description: "the gzip stream is damaged") }
                filled = Int(count)
                at = 0
                if filled == 0 { return line.isEmpty ? nil : line }
            }
            if let end = buffer[at..<filled].firstIndex(of: UInt8(ascii: "\n")) {
                line += buffer[at..<end]
                at = end + 1
                return line
            }
            line += buffer[at..<filled]
            at = filled
        }
    }
}
