internal import CShoalZlib
internal import Foundation
package import ShoalSchemas

/// Reads a file of watch events, or standard input (`-`), plain, gzip or zstd: in blocks that end at record boundaries, or
/// record by record.
@safe package final class EventFileReader: EventBlockSource {
    package let path: String
    private let file: gzFile?
    private let size: Int
    /// How many bytes are read at once.
    private let step: Int
    private var rest: [UInt8] = []
    private var number = 0
    /// nil: not recognised yet.
    private var format: EventFormat?
    /// Whether lists, objects over several lines and tables are read, too, as JSON lines.
    private let converts: Bool
    private var converter: (any TextConverter)?
    private var isAtEnd = false
    /// Decompresses what is read; nil: it is not compressed with zstd.
    private var zstd: ZstdStream?
    private var hasBegun = false
    /// The block whose records are read one by one, and the place of the next one.
    private var (open, place): (EventBlock?, Int) = (nil, 0)
    /// The remainder to drop of a record that is too long to be an event. Its beginning is kept, so that it counts as
    /// one record.
    private var skip: Skip?
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

    /// - Parameters:
    ///   - step: how many bytes are read at once. A slow writer's events wait until all of them have been written.
    ///   - converts: whether JSON lists, objects over several lines and tables (CSV) are read, too, as JSON lines.
    /// - Throws: `EventFileError` if the file cannot be opened.
    package init(_ path: String, step: Int = 1 << 20, converts: Bool = false) throws(EventFileError) {
        self.step = step
        self.converts = converts
        self.path = path
        var status = stat()
        // Safe: the status outlives the call.
        if path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw EventFileError(description: "\(path): is a directory")
        }
        size = path == "-" ? 0 : Int(status.st_size)
        isRepeatable = path != "-" && status.st_mode & S_IFMT == S_IFREG
        unsafe file = path == "-" ? gzdopen(0, "rb") : gzopen(path, "rb")
        guard unsafe file != nil else {
            throw EventFileError(description: "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        guard unsafe gzbuffer(file, 1 << 18) == 0 else {
            throw EventFileError(description: "\(path): not enough memory")
        }
    }

    deinit {
        unsafe gzclose(file)
    }

    /// Whether the path can be opened again and holds the same, as that of a file does.
    let isRepeatable: Bool

    /// Whether the records are not the lines of the file.
    package var isConverted: Bool { converter != nil }

    /// The share of the file that was read, 0 … 1; `nil` if unknown, as for a pipe.
    package var progress: Double? {
        size > 0 ? min(Double(unsafe gzoffset(file)) / Double(size), 1) : nil
    }

    /// Returns the file's format. An empty file is of the first one of the list.
    /// - Throws: `EventFileError` if the file has another format, or cannot be read.
    package func recognize() throws(EventFileError) -> EventFormat {
        if let format { return format }
        try fill()
        if converts { convert() }
        let content = WatchEventFile.content(rest)
        guard case .events(let format) = content else {
            throw EventFileError(description: "\(path): \(content.refusal ?? "")")
        }
        self.format = format
        if rest.starts(with: WatchEventFile.mark) { rest.removeFirst(WatchEventFile.mark.count) }
        return format
    }

    /// Returns the next block; nil at the end.
    /// - Throws: `EventFileError` if the gzip stream is damaged or truncated, the file cannot be read or has another
    ///   format, or a message is truncated.
    package func nextBlock() throws(EventFileError) -> EventBlock? {
        let format = try recognize()
        while true {
            if let block = try cut(format) { return block }
            if isAtEnd { return try last(format) }
            let before = rest.count
            try fill()
            drop(from: before)
        }
    }

    /// Reads the next record: a line without its newline, or a message. The end of one that is too long to be an event
    /// is left out.
    /// - Returns: False at the end.
    /// - Throws: `EventFileError`, as `nextBlock`.
    package func next(into record: inout [UInt8]) throws(EventFileError) -> Bool {
        record.removeAll(keepingCapacity: true)
        while true {
            if let open, let bounds = open.record(at: place) {
                record.append(contentsOf: open.bytes[bounds.start..<bounds.end])
                place = bounds.next
                return true
            }
            guard let block = try nextBlock() else { return false }
            (open, place) = (block, 0)
        }
    }

    /// Returns the complete records that have been read; nil if none is complete.
    private func cut(_ format: EventFormat) throws(EventFileError) -> EventBlock? {
        guard !rest.isEmpty, skip == nil else { return nil }
        var end = try endOfRecords(format.framing)
        if end == 0, rest.count > Self.longest {
            shorten(format.framing)
            end = try endOfRecords(format.framing)
        }
        guard end > 0 else { return nil }
        // The block keeps the buffer. The next one begins with the remainder.
        let left = Array(rest[end...])
        rest.removeLast(left.count)
        let block = EventBlock(number: number, bytes: rest, format: format)
        rest = left
        number += 1
        return block
    }

    /// Shortens the first record, which is too long, to its beginning.
    private func shorten(_ framing: EventFraming) {
        guard framing == .lengths, let (length, start) = EventFraming.length(rest, at: 0) else {
            rest.removeLast(rest.count - Self.kept)
            skip = .line
            return
        }
        var short: [UInt8] = []
        short.append(varint: UInt64(Self.kept))
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
    private func last(_ format: EventFormat) throws(EventFileError) -> EventBlock? {
        let isCut = if case .bytes? = skip { true } else { !rest.isEmpty && format.framing == .lengths }
        if isCut {
            throw EventFileError(description: "\(path): ends in the middle of a message. It may still be being written")
        }
        guard !rest.isEmpty else { return nil }
        defer { rest = [] }
        return EventBlock(number: number, bytes: rest, format: format, isCutOff: true)
    }

    /// Returns the end of the last complete record.
    private func endOfRecords(_ framing: EventFraming) throws(EventFileError) -> Int {
        switch framing {
        case .lines: rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        case .lengths: try endOfMessages()
        }
    }

    /// Returns the end of the last complete message.
    private func endOfMessages() throws(EventFileError) -> Int {
        var end = 0
        while let (length, start) = EventFraming.length(rest, at: end) {
            guard length <= Self.impossible else {
                throw EventFileError(
                    description:
                        "\(path): \(WatchEventFile.isNeither) (a message of \(length) bytes in block \(number))")
            }
            // A message that is too long is shortened once it is the first one in the buffer.
            if length > Self.longest { break }
            guard start + length <= rest.count else { break }
            end = start + length
        }
        return end
    }

    /// Chooses the conversion of a file by its beginning, which has just been read, and converts that.
    private func convert() {
        if rest.starts(with: WatchEventFile.mark) { rest.removeFirst(WatchEventFile.mark.count) }
        converter = FileShape(rest).converter
        guard converter != nil else { return }
        convert(from: 0)
        if isAtEnd { converter?.finish(into: &rest) }
    }

    /// Converts the bytes from a place on.
    private func convert(from place: Int) {
        var lines = Array(rest[..<place])
        converter?.convert(rest[place...], into: &lines)
        rest = lines
    }

    /// Decompresses the bytes from a place on, if the file begins as one of zstd. zlib has passed them through.
    private func decompress(from place: Int) throws(EventFileError) {
        if !hasBegun, rest.starts(with: ZstdStream.magic) { zstd = ZstdStream() }
        hasBegun = true
        guard let zstd, place < rest.count else { return }
        let packed = Array(rest[place...])
        rest.removeLast(packed.count)
        do {
            try zstd.append(packed, to: &rest)
        } catch {
            throw EventFileError(description: "\(path): the zstd stream is damaged: \(error.text)")
        }
    }

    private func fill() throws(EventFileError) {
        var count: Int32 = 0
        let before = rest
        rest = unsafe Array(unsafeUninitializedCapacity: before.count + step) { buffer, filled in
            // Safe: zlib writes at most `step` bytes after the existing ones.
            let (_, end) = unsafe buffer.initialize(from: before)
            unsafe count = gzread(file, buffer.baseAddress.unsafelyUnwrapped + end, UInt32(step))
            filled = end + Int(max(count, 0))
        }
        try decompress(from: before.count)
        if converter != nil { convert(from: before.count) }
        guard count <= 0 else { return }
        isAtEnd = true
        if zstd?.isWhole == false { throw EventFileError(description: "\(path): the zstd stream is truncated") }
        converter?.finish(into: &rest)
        var code: Int32 = 0
        // A truncated stream is reported as an error only after its last complete byte.
        let text = unsafe gzerror(file, &code).map { unsafe String(cString: $0) } ?? ""
        if code == Z_BUF_ERROR { throw EventFileError(description: "\(path): the gzip stream is truncated") }
        if code == Z_ERRNO { throw EventFileError(description: "\(path): \(unsafe String(cString: strerror(errno)))") }
        if code != Z_OK { throw EventFileError(description: "\(path): the gzip stream is damaged: \(text)") }
    }
}
