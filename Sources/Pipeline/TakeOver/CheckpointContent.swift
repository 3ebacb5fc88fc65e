internal import Clustering
import Foundation

/// A checkpoint's bytes on the disk, gone through piece by piece: first all of them for the checksum, then record by record.
struct CheckpointContent {
    private(set) var head: Checkpoint.Head
    private(set) var memberCount = 0
    /// How many bytes its records have.
    var size: Int { data.count }

    private let expected: Checkpoint.Head
    private let data: Data
    private var place = 0
    private var sum: UInt = 0
    /// Where the first record is; nil: the checksum is not known yet.
    private var start: Int?

    /// How much is gone through between two looks at whether it is still wanted.
    private static let piece = 1 << 20
    private var end: Int { data.count - 4 }

    /// - Parameter expected: the state that is wanted; its offset, epoch and hash do not count.
    /// - Returns: nil where there is no file.
    init?(of url: URL, expected: Checkpoint.Head) throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        data = try Data(contentsOf: url, options: .alwaysMapped)
        (self.expected, head) = (expected, expected)
    }

    /// Looks at a piece for the checksum, and at last for the head and all records' lengths: to be called until it is over, and
    /// before anything is visited.
    /// - Returns: whether it is over.
    /// - Throws: `Checkpoint.Failure` where it is not as it was written, or not what is wanted.
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

    /// All that is to be known before the records.
    private mutating func look(_ bytes: Span<UInt8>) throws {
        let magic = Checkpoint.magic
        guard magic.indices.allSatisfy({ bytes[$0] == magic[$0] }) else { throw Self.noBeginning }
        guard sum == UInt(Self.number(bytes, end)) else { throw Checkpoint.Failure.damaged("its checksum is wrong") }
        place = magic.count
        head = try Checkpoint.head(bytes.extracting(try frame(bytes)))
        guard head.isSame(as: expected) else {
            throw Checkpoint.Failure.foreign("it is of \(head.application) partition \(head.partition)")
        }
        start = place
        while place < end {
            if try StateRecord.isMember(bytes.extracting(frame(bytes))) { memberCount += 1 }
            _ = try frame(bytes)
        }
        rewind()
    }

    /// What is visited next is the first record again.
    mutating func rewind() {
        place = start ?? 0
    }

    /// Visits the next records.
    /// - Returns: whether those were the last ones.
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
        guard place + 4 <= end else { throw Checkpoint.Failure.damaged("a record is cut off") }
        let start = place + 4
        let count = Int(Self.number(bytes, place))
        guard count <= end - start else { throw Checkpoint.Failure.damaged("a record is cut off") }
        place = start + count
        return start..<place
    }

    private static func number(_ bytes: Span<UInt8>, _ place: Int) -> UInt32 {
        precondition(place >= 0 && place + 4 <= bytes.count, "no number")
        // Safe: there are four bytes, and each of their patterns is a number.
        return unsafe UInt32(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    private static let noBeginning = Checkpoint.Failure.damaged("it does not begin as a checkpoint does")
}

extension Checkpoint {
    /// Reads a file; cancellation ends it.
    /// - Parameter expected: as of `CheckpointContent`.
    /// - Returns: nil where there is no file.
    /// - Throws: `Failure`; `StateRecord.Failure` where a newer version wrote it; `CancellationError`.
    static func read(_ url: URL, expected: Head) async throws -> Checkpoint? {
        guard var file = try await checked(url, expected) else { return nil }
        var state = StateTable()
        // Some more are to come.
        state.reserve(file.memberCount + file.memberCount / 16, bytes: file.size)
        var isOver = false
        while !isOver {
            try await breathe()
            isOver = try file.visit { key, value in try state.take(key: key, value: value, offset: 0) }
        }
        // Here, and not in a copy of it.
        state.settle()
        return Checkpoint(head: file.head, state: state)
    }

    /// A file that is as it was written, before its first record; nil where there is none.
    private static func checked(_ url: URL, _ expected: Head) async throws -> CheckpointContent? {
        guard var file = try CheckpointContent(of: url, expected: expected) else { return nil }
        repeat { try await breathe() } while try !file.check()
        return file
    }

    /// Others have their turn.
    private static func breathe() async throws {
        try Task.checkCancellation()
        await Task.yield()
    }

    // MARK: - Renewing

    /// A file that is whole, for the next one to be made from: its members stay where they are, and are copied as they stand.
    struct Base {
        /// Without the members: what is newer is to be taken into it.
        var state: StateTable
        private var file: CheckpointContent

        var head: Head { file.head }

        /// - Returns: nil where there is no file.
        /// - Throws: as reading all of it.
        static func read(_ url: URL, expected: Head) async throws -> Base? {
            guard var file = try await checked(url, expected) else { return nil }
            var state = StateTable()
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
