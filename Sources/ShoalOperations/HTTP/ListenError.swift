/// The address cannot be listened on, with reason and advice.
public struct ListenError: Error, CustomStringConvertible, Sendable {
    public var description: String
}
