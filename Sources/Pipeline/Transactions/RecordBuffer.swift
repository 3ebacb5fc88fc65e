/// Records waiting to be produced, their bytes one behind the other: no object a record.
public struct RecordBuffer: Equatable, Sendable {
    /// The topics that an instance writes.
    public enum Topic: UInt8, CaseIterable, Sendable {
        case changes
        case members
        case deltas
        case models
        case deadLetters
        case state
    }

    public struct Header: Equatable, Sendable {
        public var name: String
        public var value: [UInt8]

        public init(_ name: String, _ value: some Sequence<UInt8>) {
            self.name = name
            self.value = Array(value)
        }
    }

    /// Where one record lies in `bytes` and `headers`.
    public struct Entry: Equatable, Sendable {
        public var topic: Topic
        public var key: Range<Int>?
        public var value: Range<Int>?
        public var headers: Range<Int>
    }

    public private(set) var bytes: [UInt8] = []
    public private(set) var entries: [Entry] = []
    public private(set) var headers: [Header] = []

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }

    /// Bytes of keys, values and headers.
    public var size: Int { bytes.count + headerBytes }
    private var headerBytes = 0

    /// Adds a record; the closures append its key and its value (nil: none, a tombstone) to the buffer.
    @inline(__always)
    public mutating func append(
        to topic: Topic, headers added: [Header] = [], key: ((inout [UInt8]) -> Void)?,
        value: ((inout [UInt8]) -> Void)?
    ) {
        let start = bytes.count
        key?(&bytes)
        let middle = bytes.count
        value?(&bytes)
        let first = headers.count
        if !added.isEmpty {
            headers.append(contentsOf: added)
            for header in added { headerBytes += header.name.utf8.count + header.value.count }
        }
        entries.append(
            Entry(
                topic: topic, key: key == nil ? nil : start..<middle, value: value == nil ? nil : middle..<bytes.count,
                headers: first..<headers.count))
    }

    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        headerBytes = 0
    }
}
