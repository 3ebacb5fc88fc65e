/// A topic outside the vocabulary that was watched during an epoch.
public struct CandidateSighting: Equatable, Sendable {
    /// The first 16 bytes of HMAC-SHA-256(key of candidates, name), big-endian.
    public var candidate: UInt128
    /// Marks of distinct viewers who watched it, ascending, at most `topics.min-viewers`.
    public var marks: [UInt32]

    public init(candidate: UInt128, marks: [UInt32]) {
        self.candidate = candidate
        self.marks = marks
    }
}
