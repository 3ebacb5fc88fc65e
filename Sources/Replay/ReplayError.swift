/// Why a replay, or a comparison, could not be made; says what to do.
public struct ReplayError: Error, CustomStringConvertible, Sendable {
    public enum Kind: Sendable {
        /// A file, or a range of a topic, cannot be read.
        case input
        /// What a comparison needs is not there, or does not fit.
        case incomparable
        /// What was read contradicts itself.
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
