/// The candidates that a model keeps.
public struct CandidateTable: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public var candidate: UInt128
        /// Ascending, at most `topics.min-viewers`.
        public var marks: [UInt32]
        /// The tick of the model that last saw the candidate.
        public var named: Int64

        public init(candidate: UInt128, marks: [UInt32], named: Int64) {
            self.candidate = candidate
            self.marks = marks
            self.named = named
        }
    }

    /// Ascending by candidate.
    public var entries: [Entry] = []
    /// The number of candidates refused because the vocabulary is full.
    public var refused: Int64 = 0

    public init() {}
}
