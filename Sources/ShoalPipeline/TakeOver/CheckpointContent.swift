import Foundation
internal import ShoalClustering

/// A checkpoint file, processed in pieces: first all bytes for the checksum, then record by record.
struct CheckpointContent {
    private(set) var head: Checkpoint.Head
    private(set) var memberCount = 0
    /// The size of its records in bytes.
    var size: Int { data.count }

    private let expected: Checkpoint.Head
    private let data: Data
    private var place = 0
    private var sum: UInt = 0
    /// The start of the first record; `nil` until the checksum is known.
    private var start: Int?

    /// The number of bytes processed between two checks for cancellation.
    private static let piece = 1 << 20
    private var end: Int { data.count - 4 }

    /// - Parameter expected: The required state. Its offset, epoch and hash are ignored.
    /// - Returns: `nil` if the file does not exist.
    init?(of url: URL, expected: Checkpoint.Head) throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        data = try Data(contentsOf: url, options: .alwaysMapped)
        (self.expected, head) = (expected, expected)
    }

    /// Processes a piece for the checksum, and at the end the head and the lengths of all records. Must be repeated
    /// until it is complete, before records are visited.
    /// - Returns: Whether it is complete.
    /// - Throws: `Checkpoint.Failure` if the file is damaged or belongs to another state.
    mutating func check() throws -> Bool {
        guard start == nil else { return true }
        guard end >= Checkpoint.magic.count else { throw Self.noBeginning }
        let part = place..<min(place + Self.piece, end)
        // Safe: the spans live within the closures only.
        sum = unsafe data.withUnsafeBytes { buffer in
            Checkpoint.sum(unsafe buffer.bindMemory(to: UInt8.self).span.extracting(part), sum)
        }
        place = part.upperBound
        if place < end { return false }
        try unsafe data.withUnsafeBytes { buffer in try look(unsafe buffer.bindMemory(to: UInt8.self).span) }
        return true
    }

    /// Reads the content before the records.
    private mutating func look(_ bytes: Span<UInt8>) throws {
        let magic = Checkpoint.magic
        guard magic.indices.allSatisfy({ bytes[$0] == magic[$0] }) else { throw Self.noBeginning }
        guard sum == UInt(Self.number(bytes, end)) else { throw Checkpoint.Failure.damaged("its checksum is wrong") }
        place = magic.count
        head = try Checkpoint.head(bytes.extracting(try frame(bytes)))
        guard head.isSame(as: expected) else {
            throw Checkpoint.Failure.foreign("it belongs to \(head.application) partition \(head.partition)")
        }
        start = place
        while place < end {
            if try StateRecord.isMember(bytes.extracting(frame(bytes))) { memberCount += 1 }
            _ = try frame(bytes)
        }
        rewind()
    }

    /// Continues visiting from the first record.
    mutating func rewind() {
        place = start ?? 0
    }

    /// Visits the next records.
    /// - Returns: Whether all records have been visited.
    mutating func visit(_ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Void) throws -> Bool {
        let last = min(place + Self.piece, end)
        // Safe: the spans live within the closure only.
        try unsafe data.withUnsafeBytes { buffer in
            let bytes = unsafe buffer.bindMemory(to: UInt8.self).span
            while place < last {
                let (key, value) = (try frame(bytes), try frame(bytes))
                try body(bytes.extracting(key), bytes.extracting(value))
            }
        }
        return place >= end
    }

    private mutating func frame(_ bytes: Span<UInt8>) throws -> Range<Int> {
        guard place + 4 <= end else { throw Checkpoint.Failure.damaged("a record is truncated") }
        let start = place + 4
        let count = Int(Self.number(bytes, place))
        guard count <= end - start else { throw Checkpoint.Failure.damaged("a record is truncated") }
        place = start + count
        return start..<place
    }

    private static func number(_ bytes: Span<UInt8>, _ place: Int) -> UInt32 {
        precondition(place >= 0 && place + 4 <= bytes.count, "no number")
        // Safe: there are four bytes, and any four bytes are a number.
        return unsafe UInt32(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    private static let noBeginning = Checkpoint.Failure.damaged("it does not start like a checkpoint")
}

extension Checkpoint {
    /// Reads a file. Can be cancelled.
    /// - Parameters:
    ///   - expected: See `CheckpointContent`.
    ///   - sealer: of the partition of the state topic.
    /// - Returns: `nil` if the file does not exist.
    /// - Throws: `Failure`; `StateRecord.Failure` if a record is not one of this version; `CancellationError`.
    static func read(_ url: URL, expected: Head, by sealer: RecordSealer) async throws -> Checkpoint? {
        guard var file = try await checked(url, expected) else { return nil }
        var state = StateTable(sealer)
        // Reserve room for later members too.
        state.reserve(file.memberCount + file.memberCount / 16, bytes: file.size)
        var isOver = false
        while !isOver {
            try await breathe()
            isOver = try file.visit { key, value in try state.take(key: key, value: value, offset: 0) }
        }
        // Settle in place, to avoid a copy.
        state.settle()
        return Checkpoint(head: file.head, state: state)
    }

    /// Returns a verified file before its first record, or `nil` if there is none.
    private static func checked(_ url: URL, _ expected: Head) async throws -> CheckpointContent? {
        guard var file = try CheckpointContent(of: url, expected: expected) else { return nil }
        repeat { try await breathe() } while try !file.check()
        return file
    }

    /// Yields to other tasks and checks for cancellation.
    private static func breathe() async throws {
        try Task.checkCancellation()
        await Task.yield()
    }

    // MARK: - Renewing

    /// A verified file as the base of the next one. Its members are copied without decoding.
    struct Base {
        /// The state without members. Newer records are added to it.
        var state: StateTable
        private var file: CheckpointContent

        var head: Head { file.head }

        /// - Returns: `nil` if the file does not exist.
        /// - Throws: See `Checkpoint.read`.
        static func read(_ url: URL, expected: Head, by sealer: RecordSealer) async throws -> Base? {
            guard var file = try await checked(url, expected) else { return nil }
            var state = StateTable(sealer)
            state.tracksRemoved = true
            var isOver = false
            while !isOver {
                try await breathe()
                isOver = try file.visit { key, value in
                    if !StateRecord.isMember(key) { try state.take(key: key, value: value, offset: 0) }
                }
            }
            return Base(state: state, file: file)
        }

        /// Visits the members' records.
        func visit(_ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Void) throws {
            var file = file
            file.rewind()
            while try !file.visit({ key, value in if StateRecord.isMember(key) { try body(key, value) } }) {}
        }
    }
}
