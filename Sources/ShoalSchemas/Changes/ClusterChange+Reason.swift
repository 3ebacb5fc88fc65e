extension ClusterChange {
    /// The reason for a change. The raw value is its number in the schema.
    public enum Reason: UInt8, CaseIterable, Sendable {
        case event = 1
        case erased
        case expired
        case topicDropped
        case merge
        case split
        case birth
        case retire
        case seed
        /// Only in records of rules 2 and earlier.
        case withheld
        /// Only in records of rules 2 and earlier.
        case shown
        /// The member has another pseudonym from now on.
        case rotated

        /// The JSON name.
        public var name: String {
            switch self {
            case .topicDropped: "topic_dropped"
            case .event: "event"
            case .erased: "erased"
            case .expired: "expired"
            case .merge: "merge"
            case .split: "split"
            case .birth: "birth"
            case .retire: "retire"
            case .seed: "seed"
            case .withheld: "withheld"
            case .shown: "shown"
            case .rotated: "rotated"
            }
        }
    }
}
