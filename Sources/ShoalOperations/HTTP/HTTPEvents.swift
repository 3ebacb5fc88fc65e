/// Server-sent events for one reader (HTML Living Standard, section 9.2).
public struct HTTPEvents: Sendable {
    /// The events that one reader still has to get.
    public protocol Source: Sendable {
        /// Moves behind the next events, and returns them as they are sent, about `chunk` bytes at most; nil: there are none yet.
        /// Called on the thread of all streams, so it must not block.
        mutating func next() -> String?
    }

    /// The size at which a source ends a text with several events, in bytes.
    public static let chunk = 16 << 10

    public var source: any Source
    /// Further headers of the response.
    public var headers: [String: String] = [:]
    /// Whether the reader may still read. Asked before each text.
    var isPermitted: @Sendable () -> Bool = { true }

    public init(_ source: any Source) {
        self.source = source
    }

    /// Returns an event as it is sent.
    /// - Parameters:
    ///   - id: The position behind it, which the reader may ask for later.
    ///   - data: One line.
    public static func text(_ kind: String, id: String, data: String) -> String {
        "event: \(kind)\nid: \(id)\ndata: \(data)\n\n"
    }
}
