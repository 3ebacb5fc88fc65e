/// Records from the beginning of a file and evenly from the rest, however long it is.
struct RecordSample {
    /// The number of records from the beginning, and the most from the rest.
    private static let (fromHead, fromRest) = (2_000, 2_000)

    private var head: [[UInt8]] = []
    private var rest: [[UInt8]] = []
    private var count = 0
    /// Each how many-th record is kept: a power of two.
    private var stride = 1

    /// In the order of the file.
    var records: [[UInt8]] { head + rest }

    /// Whether more records would be thinned out.
    var isFull: Bool { head.count >= Self.fromHead }

    mutating func add(_ record: [UInt8]) {
        guard head.count >= Self.fromHead else {
            head.append(record)
            return
        }
        defer { count += 1 }
        guard count % stride == 0 else { return }
        if rest.count == Self.fromRest {
            stride *= 2
            rest = rest.indices.filter { $0 % 2 == 0 }.map { rest[$0] }
            guard count % stride == 0 else { return }
        }
        rest.append(record)
    }
}
