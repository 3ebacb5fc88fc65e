/// A mistake in the text of a mapping.
public struct EventMappingError: Error, Equatable, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
