/// The reason why an instance stopped and cannot continue: the problem, its location, and the remedy.
public struct PipelineError: Error, CustomStringConvertible, Sendable {
    public enum Kind: Sendable {
        /// The configuration contradicts the application's recorded settings, or the cluster.
        case configuration
        /// Required data is missing: records deleted by retention, forgotten offsets, changed topics.
        case missingData
        /// Data contradicts earlier data.
        case contradiction
        /// Another process uses this instance's id.
        case duplicateInstance
        /// A right is missing.
        case notAuthorized
        /// Kafka rejects a request or is unreachable, and waiting does not help.
        case kafka
    }

    public var kind: Kind
    public var description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
