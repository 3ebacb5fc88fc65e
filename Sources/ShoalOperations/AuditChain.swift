import ShoalSchemas

/// Checks the chains of an audit log: each line of a writer names the number and the hash of the writer's line before. So a
/// line that was removed, inserted or changed is found, except at the end: for that, keep the heads.
public struct AuditChain {
    /// Where a writer's chain ends.
    public struct Head: Codable, Hashable, Sendable {
        /// The host and the effective user, such as `db1/0`.
        public var writer: String
        public var lines: Int
        /// The SHA-256 of the last line, in hexadecimal digits.
        public var hash: String

        public init(writer: String, lines: Int, hash: String) {
            self.writer = writer
            self.lines = lines
            self.hash = hash
        }

        /// The writer's host.
        public var host: Substring { writer.prefix(upTo: writer.lastIndex(of: "/") ?? writer.endIndex) }
    }

    /// The ends of all chains, by writer.
    public private(set) var heads: [String: Head] = [:]
    /// One text for each line that does not continue its chain.
    public private(set) var problems: [String] = []
    /// Lines of releases without chains.
    public private(set) var unchained = 0
    /// Lines that are not whole, such as one that a full disk cut off.
    public private(set) var incomplete = 0
    /// The hashes of all lines.
    public private(set) var hashes: Set<String> = []
    private let hash: AuditLog.Hash
    private var number = 0

    /// - Parameter hash: SHA-256.
    public init(hash: @escaping AuditLog.Hash) {
        self.hash = hash
    }

    /// Checks a whole file.
    /// - Parameter bytes: the lines, each with its newline.
    public mutating func add(file bytes: some Collection<UInt8>) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) { add(line) }
    }

    private mutating func add(_ bytes: some Collection<UInt8>) {
        number += 1
        guard let line = AuditLine(bytes) else {
            incomplete += 1
            return
        }
        guard let writer = line.writer, let place = line.number else {
            unchained += 1
            // Older programs do not know chains. Behind a newer one's line, it may be an inserted one.
            if !heads.isEmpty { problems.append("line \(number) is in no chain, and follows lines that are") }
            return
        }
        let before = heads[writer]
        if let problem = Self.problem(place, line.previous, after: before) {
            problems.append("line \(number), number \(place) of \(writer): \(problem)")
        }
        let digest = Hex.text(hash(Array(bytes)))
        hashes.insert(digest)
        heads[writer] = Head(writer: writer, lines: place, hash: digest)
    }

    private static func problem(_ number: Int, _ previous: String?, after head: Head?) -> String? {
        let expected = (head?.lines ?? 0) + 1
        if number > expected {
            return number - expected == 1
                ? "the line before it is missing" : "\(number - expected) lines before it are missing"
        }
        if number < expected { return "number \(expected) was expected: lines were copied, or the chain begins again" }
        return previous == head?.hash ? nil : "the line before it was changed"
    }
}
