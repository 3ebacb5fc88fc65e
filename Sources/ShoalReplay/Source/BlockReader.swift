internal import CShoalZlib
internal import Foundation
internal import ShoalSchemas

/// Reads a file of watch events in blocks that end at event boundaries: a JSON object per line, or Protobuf messages
/// preceded by their length as a varint; plain or gzip.
@safe final class BlockReader {
    /// A block of complete records of the file.
    struct Block: Sendable {
        /// The block number, from 0.
        var number: Int
        var bytes: [UInt8]
        var isProtobuf: Bool
        /// Whether it is the last block and does not end in a newline.
        var isCutOff = false
    }

    let path: String
    private let file: gzFile?
    private let size: Int
    private var rest: [UInt8] = []
    private var number = 0
    private var isProtobuf: Bool?
    private var isAtEnd = false
    /// The remainder to drop of a record that is too long to be an event. Its beginning is kept, so that it counts as
    /// one record.
    private var skip: Skip?
    private static let length = 1 << 20
    /// The length, in bytes, above which a record is shortened.
    private static let longest = 2 << 20
    /// The length, in bytes, above which a message is implausible: the file does not hold messages.
    private static let impossible = 64 << 20
    /// The number of bytes kept of a record that is too long.
    private static let kept = WatchEvent.largestValue + 1

    private enum Skip {
        /// Up to the end of the line. The newline is kept.
        case line
        case bytes(Int)
    }

    /// - Throws: `ReplayError` if the file cannot be opened.
    init(_ path: String) throws(ReplayError) {
        self.path = path
        var status = stat()
        // Safe: the status outlives the call.
        if path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw ReplayError(.input, "\(path): is a directory")
        }
        size = path == "-" ? 0 : Int(status.st_size)
        unsafe file = path == "-" ? gzdopen(0, "rb") : gzopen(path, "rb")
        guard unsafe file != nil else {
            throw ReplayError(.input, "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        guard unsafe gzbuffer(file, 1 << 18) == 0 else {
            throw ReplayError(.input, "\(path): not enough memory")
        }
    }

    deinit {
        unsafe gzclose(file)
    }

    /// The share of the file that was read, 0 … 1; `nil` if unknown, as for a pipe.
    var progress: Double? {
        size > 0 ? min(Double(unsafe gzoffset(file)) / Double(size), 1) : nil
    }

    /// Returns the next block; nil at the end.
    /// - Throws: `ReplayError` if the gzip stream is damaged or truncated, the file cannot be read or has another
    ///   format, or a message is truncated.
    func next() throws(ReplayError) -> Block? {
        while true {
            if let block = try cut() { return block }
            if isAtEnd { return try last() }
            let before = rest.count
            try fill()
            if before == 0, isProtobuf == nil { try recognise() }
            drop(from: before)
        }
    }

    /// Detects the file's format.
    private func recognise() throws(ReplayError) {
        guard !rest.isEmpty else { return }
        let content = WatchEventFile.content(rest)
        if let refusal = content.refusal { throw ReplayError(.input, "\(path): \(refusal)") }
        isProtobuf = content == .protobuf
        if rest.starts(with: WatchEventFile.mark) { rest.removeFirst(WatchEventFile.mark.count) }
    }

    /// Returns the complete records that have been read; nil if none is complete.
    private func cut() throws(ReplayError) -> Block? {
        guard !rest.isEmpty, skip == nil else { return nil }
        var end = isProtobuf == true ? try endOfMessages() : endOfLines
        if end == 0, rest.count > Self.longest {
            shorten()
            end = isProtobuf == true ? try endOfMessages() : 0
        }
        guard end > 0 else { return nil }
        // The block keeps the buffer. The next one begins with the remainder.
        let left = Array(rest[end...])
        rest.removeLast(left.count)
        let block = Block(number: number, bytes: rest, isProtobuf: isProtobuf ?? false)
        rest = left
        number += 1
        return block
    }

    /// Shortens the first record, which is too long, to its beginning.
    private func shorten() {
        guard isProtobuf == true, let (length, start) = Self.length(rest, at: 0) else {
            rest.removeLast(rest.count - Self.kept)
            skip = .line
            return
        }
        var short: [UInt8] = []
        var number = Self.kept
        while number >= 0x80 {
            short.append(UInt8(number & 0x7F) | 0x80)
            number >>= 7
        }
        short.append(UInt8(number))
        short += rest[start..<start + Self.kept]
        let left = start + length - rest.count
        if left > 0 { skip = .bytes(left) } else { short += rest[(start + length)...] }
        rest = short
    }

    /// Drops bytes of a shortened record from those that were read last, which start at `place`.
    private func drop(from place: Int) {
        switch skip {
        case nil: return
        case .line:
            guard let end = rest[place...].firstIndex(of: UInt8(ascii: "\n")) else {
                rest.removeLast(rest.count - place)
                return
            }
            rest.removeSubrange(place..<end)
            skip = nil
        case .bytes(let left):
            let count = min(left, rest.count - place)
            rest.removeSubrange(place..<place + count)
            skip = count < left ? .bytes(left - count) : nil
        }
    }

    /// Returns the remainder at the end of the file.
    private func last() throws(ReplayError) -> Block? {
        let isCut = if case .bytes? = skip { true } else { !rest.isEmpty && isProtobuf == true }
        if isCut {
            throw ReplayError(.input, "\(path): ends in the middle of a message. It may still be being written")
        }
        guard !rest.isEmpty else { return nil }
        defer { rest = [] }
        return Block(number: number, bytes: rest, isProtobuf: false, isCutOff: true)
    }

    private var endOfLines: Int {
        rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }

    /// Returns the end of the last complete message.
    private func endOfMessages() throws(ReplayError) -> Int {
        var end = 0
        while let (length, start) = Self.length(rest, at: end) {
            guard length <= Self.impossible else {
                throw ReplayError(
                    .input,
                    "\(path): neither JSON lines nor length-delimited Protobuf messages (a message of "
                        + "\(length) bytes in block \(number))")
            }
            // A message that is too long is shortened once it is the first one in the buffer.
            if length > Self.longest { break }
            guard start + length <= rest.count else { break }
            end = start + length
        }
        return end
    }

    /// Returns the length and the start of the message whose length prefix is at `place`, or `nil` if the prefix is
    /// incomplete.
    static func length(_ bytes: [UInt8], at place: Int) -> (length: Int, start: Int)? {
        var (value, shift, place) = (0, 0, place)
        while place < bytes.count, shift < 56 {
            let byte = bytes[place]
            value |= Int(byte & 0x7F) << shift
            place += 1
            if byte < 0x80 { return (value, place) }
            shift += 7
        }
        return shift < 56 ? nil : (.max, place)
    }

    private func fill() throws(ReplayError) {
        var count: Int32 = 0
        let before = rest
        rest = unsafe Array(unsafeUninitializedCapacity: before.count + Self.length) { buffer, filled in
            // Safe: zlib writes at most `length` bytes after the existing ones.
            let (_, end) = unsafe buffer.initialize(from: before)
            unsafe count = gzread(file, buffer.baseAddress.unsafelyUnwrapped + end, UInt32(Self.length))
            filled = end + Int(max(count, 0))
        }
        guard count <= 0 else { return }
        isAtEnd = true
        var code: Int32 = 0
        // A truncated stream is reported as an error only after its last complete byte.
        let text = unsafe gzerror(file, &code).map { unsafe String(cString: $0) } ?? ""
        if code == Z_BUF_ERROR { throw ReplayError(.input, "\(path): the gzip stream is truncated") }
        if code == Z_ERRNO { throw ReplayError(.input, "\(path): \(unsafe String(cString: strerror(errno)))") }
        if code != Z_OK { throw ReplayError(.input, "\(path): the gzip stream is damaged: \(text)") }
    }
}
