/// Why an instance stopped and does not go on by itself: what was wrong, where, and what to do.
public struct PipelineError: Error, CustomStringConvertible, Sendable {
    public enum Kind: Sendable {
        /// The configuration contradicts the application's recorded settings, or the cluster.
        case configuration
        /// Something needed is gone: records deleted by retention, offsets forgotten, topics changed.
        case hole
        /// What was read contradicts what was read before.
        case contradiction
        /// Another process uses this instance's id.
        case twin
        /// A right is missing.
        case notAuthorized
        /// Kafka refuses or is away, and waiting does not help.
        case kafka
    }

    public var kind: Kind
    public var description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
