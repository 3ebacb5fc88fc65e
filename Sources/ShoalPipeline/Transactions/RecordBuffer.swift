/// Records to be produced, in contiguous memory without an object per record.
public struct RecordBuffer: Equatable, Sendable {
    /// The topics that an instance writes.
    public enum Topic: UInt8, CaseIterable, Sendable {
        case changes
        case members
        case clusters
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

    /// The location of one record in `bytes` and `headers`.
    public struct Entry: Equatable, Sendable {
        public var topic: Topic
        public var key: Range<Int>?
        public var value: Range<Int>?
        public var headers: Range<Int>
        /// Milliseconds since 1970; nil: the time of its production.
        public var timestamp: Int64?
    }

    public private(set) var bytes: [UInt8] = []
    public private(set) var entries: [Entry] = []
    public private(set) var headers: [Header] = []

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }

    /// The size of keys, values and headers in bytes.
    public var size: Int { bytes.count + headerBytes }
    private var headerBytes = 0

    /// Adds a record. The closures append its key and value. Without a value closure it is a tombstone.
    @inline(__always)
    public mutating func append(
        to topic: Topic, headers added: [Header] = [], timestamp: Int64? = nil, key: ((inout [UInt8]) -> Void)?,
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
                headers: first..<headers.count, timestamp: timestamp))
    }

    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        headerBytes = 0
    }
}
