/// An internal record has a value that the engine never writes. The description names the value.
public struct ImpossibleValue: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    /// - Throws: `ImpossibleValue` unless the condition holds.
    static func unless(_ holds: Bool, _ text: @autoclosure () -> String) throws(ImpossibleValue) {
        if !holds { throw ImpossibleValue(text()) }
    }
}
