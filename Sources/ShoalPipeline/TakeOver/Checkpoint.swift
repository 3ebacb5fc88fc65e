internal import CShoalZlib
import Foundation
internal import ShoalClustering
internal import ShoalSchemas

/// A file on this host with a partition's state topic up to an offset: the last record of each key. Later records are
/// read from Kafka, so a file can be old but not wrong.
///
/// Layout: a text line, the head (Protobuf), records as key length, key, value length, value, and the CRC-32 of all
/// before it. Little-endian. The records are sealed like those of the topic.
struct Checkpoint {
    /// Identifies the state and its offset.
    struct Head: Equatable {
        var application: String
        var partition: Int32
        var keyFingerprint: UInt64
        /// The next offset of the state topic.
        var offset: Int64 = 0
        /// The model of the last complete snapshot. It differs if the application was reset.
        var epoch: Epoch?
        var modelHash: [UInt8] = []
        /// The time at which the application began, in ms since 1970. It changes with a reset, even if models are
        /// equal. `nil` if unknown.
        var life: Int64?

        func isSame(as other: Head) -> Bool {
            application == other.application && partition == other.partition && keyFingerprint == other.keyFingerprint
        }
    }

    enum Failure: Error, Equatable, CustomStringConvertible {
        case damaged(String)
        case foreign(String)

        var description: String {
            switch self {
            case .damaged(let what): "damaged: \(what)"
            case .foreign(let what): "not of this partition's state: \(what)"
            }
        }
    }

    var head: Head
    var state: StateTable

    init(head: Head, state: consuming StateTable) {
        state.settle()
        self.head = head
        self.state = state
    }

    static let magic = Array("shoal checkpoint 2\n".utf8)

    /// Returns the location of a partition's file.
    static func url(in directory: URL, _ application: String, _ partition: Int32) -> URL {
        directory.appending(path: "\(application)-\(partition).checkpoint")
    }

    // MARK: - Writing

    /// Writes the file under a temporary name, and replaces the previous one when it is on disk.
    /// - Parameter base: The previous file. Its members are copied unless `state` contains them.
    /// - Returns: The number of members.
    /// - Throws: Foundation errors, such as for a full disk. The temporary file is removed then.
    @discardableResult
    func write(to url: URL, after base: Base? = nil) throws -> Int {
        var count = state.memberCount
        let temporary = url.appendingPathExtension("new")
        do {
            guard
                FileManager.default.createFile(
                    atPath: temporary.path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: temporary.path]) }
            let handle = try FileHandle(forWritingTo: temporary)
            defer { try? handle.close() }
            var output = Output(handle: handle)
            try output.write(Self.magic)
            try output.frame { $0 += encodedHead() }
            // Parts of a header in numeric order: `a/10` follows `a/9`.
            let others = state.others.sorted { left, right in
                (left.key.count, Hex.text(left.key)) < (right.key.count, Hex.text(right.key))
            }
            for (key, value) in others {
                try output.frame { $0 += key }
                try output.frame { $0 += value }
            }
            try base?.visit { key, value in
                guard !state.tells(of: key) else { return }
                count += 1
                try output.frame(key)
                try output.frame(value)
            }
            try state.members.visit { member, point, topics, weights, directions in
                try output.frame { StateRecord.write(key: member.pseudonym, &$0) }
                try output.frame {
                    StateRecord.seal(member, at: point, topics, weights, directions, by: state.sealer, &$0)
                }
            }
            try output.end()
            try handle.synchronize()
            guard unsafe rename(temporary.path, url.path) == 0 else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: url.path])
            }
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            throw error
        }
        return count
    }

    private func encodedHead() -> [UInt8] {
        var writer = ProtoWriter()
        writer.field(1, bytes: head.application.utf8)
        writer.field(2, head.partition)
        writer.present(3, fixed64: head.keyFingerprint)
        writer.field(4, head.offset)
        if let epoch = head.epoch { writer.present(5, epoch) }
        writer.field(6, bytes: head.modelHash)
        if let life = head.life { writer.present(7, life) }
        return writer.bytes
    }

    /// A buffered writer that flushes by the megabyte.
    private struct Output {
        let handle: FileHandle
        private var buffer: [UInt8] = []
        private var piece: [UInt8] = []
        private var sum: UInt = 0

        init(handle: FileHandle) {
            self.handle = handle
        }

        mutating func write(_ bytes: [UInt8]) throws {
            buffer += bytes
            if buffer.count >= 1 << 20 { try flush() }
        }

        mutating func frame(_ body: (inout [UInt8]) -> Void) throws {
            piece.removeAll(keepingCapacity: true)
            body(&piece)
            append(UInt32(piece.count))
            try write(piece)
        }

        mutating func frame(_ bytes: Span<UInt8>) throws {
            append(UInt32(bytes.count))
            // Safe: the bytes are copied.
            unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
            if buffer.count >= 1 << 20 { try flush() }
        }

        mutating func end() throws {
            sum = Checkpoint.sum(buffer.span, sum)
            append(UInt32(truncatingIfNeeded: sum))
            try handle.write(contentsOf: buffer)
        }

        private mutating func append(_ number: UInt32) {
            for shift in stride(from: 0, to: 32, by: 8) { buffer.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }

        private mutating func flush() throws {
            sum = Checkpoint.sum(buffer.span, sum)
            try handle.write(contentsOf: buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    static func sum(_ bytes: Span<UInt8>, _ sum: UInt = 0) -> UInt {
        // Safe: base address and count are the span's own.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe crc32_z(sum, buffer.baseAddress, buffer.count)
        }
    }

    // MARK: - Reading

    /// Returns the head of a file.
    static func head(_ bytes: Span<UInt8>) throws -> Head {
        var head = Head(application: "", partition: 0, keyFingerprint: 0)
        var reader = ProtoReader(bytes)
        do throws(ProtoError) {
            while let field = try reader.next() {
                switch field.number {
                case 1: head.application = String(decoding: try reader.bytes(field), as: UTF8.self)
                case 2: head.partition = try reader.int32(field)
                case 3: head.keyFingerprint = try reader.fixed64(field)
                case 4: head.offset = try reader.int64(field)
                case 5: head.epoch = try reader.int64(field)
                case 6: head.modelHash = try reader.bytes(field)
                case 7: head.life = try reader.int64(field)
                default: try reader.skip(field)
                }
            }
        } catch {
            throw Failure.damaged("its header cannot be read")
        }
        guard Limits.counts.contains(head.offset), Limits.epochs.contains(head.epoch ?? 0) else {
            throw Failure.damaged("its header has offset \(head.offset), epoch \(head.epoch ?? 0)")
        }
        return head
    }
}
