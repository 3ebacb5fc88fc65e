internal import CShoalZlib
import Foundation
import ShoalSchemas

/// The error of a file that cannot be read.
struct InputError: Error, CustomStringConvertible {
    var description: String
}

/// Reads the events of a file or of standard input (`-`), plain or gzip: one per line, or Protobuf messages preceded by
/// their length as a varint.
@safe final class RecordReader {
    let path: String
    /// Whether the records are Protobuf messages.
    private(set) var isProtobuf = false
    private let file: gzFile?
    private let size: Int
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var filled = 0
    private var at = 0

    /// - Throws: `InputError` if the file cannot be opened or read.
    init(_ path: String) throws {
        self.path = path
        var status = stat()
        // Safe: the status outlives the call.
        if path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw InputError(description: "\(path): is a directory")
        }
        size = path == "-" ? 0 : Int(status.st_size)
        unsafe file = path == "-" ? gzdopen(0, "rb") : gzopen(path, "rb")
        guard unsafe file != nil else {
            throw InputError(description: "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        guard unsafe gzbuffer(file, 1 << 18) == 0 else {
            throw InputError(description: "\(path): not enough memory")
        }
        try fill()
        let content = WatchEventFile.content(buffer[..<filled])
        if let refusal = content.refusal { throw InputError(description: "\(path): \(refusal)") }
        isProtobuf = content == .protobuf
        if buffer[..<filled].starts(with: WatchEventFile.mark) { at = WatchEventFile.mark.count }
    }

    deinit {
        unsafe gzclose(file)
    }

    /// The share of the file that was read, 0 … 1; `nil` if unknown, as for a pipe.
    var progress: Double? {
        size > 0 ? min(Double(unsafe gzoffset(file)) / Double(size), 1) : nil
    }

    /// Reads the next line without its newline, or the next message. Only the first `limit + 1` bytes of a longer one
    /// are kept.
    /// - Returns: False at the end.
    /// - Throws: `InputError` if the gzip stream is damaged or truncated, a message is truncated, or the file cannot be
    ///   read.
    func next(into record: inout [UInt8], limit: Int) throws -> Bool {
        record.removeAll(keepingCapacity: true)
        return isProtobuf ? try nextMessage(&record, limit) : try nextLine(&record, limit)
    }

    private func nextMessage(_ message: inout [UInt8], _ limit: Int) throws -> Bool {
        guard var left = try nextLength() else { return false }
        while left > 0 {
            if at == filled { try fill() }
            guard filled > 0 else { throw cutOff }
            let end = min(at + left, filled)
            message += buffer[at..<min(end, at + max(limit + 1 - message.count, 0))]
            left -= end - at
            at = end
        }
        return true
    }

    /// Reads the length before a message; `nil` at the end.
    private func nextLength() throws -> Int? {
        var (length, shift) = (0, 0)
        while true {
            if at == filled { try fill() }
            guard filled > 0 else {
                if shift == 0 { return nil }
                throw cutOff
            }
            let byte = buffer[at]
            at += 1
            length |= Int(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80, length <= Self.longest { return length }
            guard shift < 35, length <= Self.longest else {
                throw InputError(
                    description: "\(path): neither JSON lines nor length-delimited Protobuf messages: "
                        + "one would have more than 64 MiB")
            }
        }
    }

    /// The maximum plausible length of a message.
    private static let longest = 64 << 20

    private var cutOff: InputError {
        InputError(description: "\(path): ends in the middle of a message. It may still be being written")
    }

    private func nextLine(_ line: inout [UInt8], _ limit: Int) throws -> Bool {
        while true {
            if at == filled {
                try fill()
                if filled == 0 { return !line.isEmpty }
            }
            let end = endOfLine
            line += buffer[at..<min(end ?? filled, at + max(limit + 1 - line.count, 0))]
            at = end.map { $0 + 1 } ?? filled
            if end != nil { return true }
        }
    }

    private var endOfLine: Int? {
        unsafe buffer.withUnsafeBytes { buffer in
            // Safe: the search is limited to bytes that have been filled.
            guard let start = buffer.baseAddress,
                let found = unsafe memchr(start + at, Int32(UInt8(ascii: "\n")), filled - at)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
        }
    }

    private func fill() throws {
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
            // Safe: zlib writes at most `count` bytes there.
            unsafe gzread(file, buffer.baseAddress, UInt32(buffer.count))
        }
        filled = max(Int(count), 0)
        at = 0
        guard count <= 0 else { return }
        var code: Int32 = 0
        // A truncated stream is reported as an error only after its last complete byte.
        let text = unsafe gzerror(file, &code).map { unsafe String(cString: $0) } ?? ""
        if code == Z_BUF_ERROR { throw InputError(description: "\(path): the gzip stream is truncated") }
        if code == Z_ERRNO { throw InputError(description: "\(path): \(unsafe String(cString: strerror(errno)))") }
        if code != Z_OK { throw InputError(description: "\(path): the gzip stream is damaged: \(text)") }
    }
}
