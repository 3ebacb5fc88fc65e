/// The reason why a replay or comparison failed, and the remedy.
public struct ReplayError: Error, CustomStringConvertible, Sendable {
    public enum Kind: Sendable {
        /// A file, or a range of a topic, cannot be read.
        case input
        /// Data that a comparison needs is missing or does not match.
        case incomparable
        /// The run's records were sealed with another key.
        case wrongKey
        /// The data read is contradictory.
        case contradiction
        /// Nothing has happened for too long.
        case stalled
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
