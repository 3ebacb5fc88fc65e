/// A format of watch events: how a value is decoded, how a file holds values, and how both are recognised.
///
/// `all` lists the formats. The setting `input.format`, options, help texts, the detection of a file's format and the
/// decoding of topics and files follow that list.
public struct EventFormat: Sendable {
    /// The name in settings and options.
    public let name: String
    /// The name in messages.
    public let title: String
    /// The content of a file, as in "JSON lines".
    public let content: String
    /// The content of a file, for help texts.
    public let explanation: String
    public let framing: EventFraming
    /// Decodes a value.
    let decoder: EventDecoder
    /// Decides by a file's first bytes whether the file has this format; nil: it seems to have another one.
    let recognize: @Sendable (EventFileBeginning) -> EventFileMatch?
    /// Appends an event's value; nil: this program does not convert events to this format.
    public let encode: (@Sendable (borrowing WatchEvent, inout [UInt8]) -> Void)?

    init(
        _ name: String, title: String, content: String, explanation: String, framing: EventFraming,
        begins: @escaping @Sendable (Span<UInt8>) -> Bool,
        decode: @escaping @Sendable (Span<UInt8>, inout WatchEvent) throws(Rejection) -> Bool,
        recognize: @escaping @Sendable (EventFileBeginning) -> EventFileMatch?,
        encode: (@Sendable (borrowing WatchEvent, inout [UInt8]) -> Void)? = nil
    ) {
        self.name = name
        self.title = title
        self.content = content
        self.explanation = explanation
        self.framing = framing
        decoder = EventDecoder(isText: framing.isText, begins: begins, decode: decode)
        self.recognize = recognize
        self.encode = encode
    }

    /// Returns the format of a name.
    public init?(name: String) {
        guard let format = Self.all.first(where: { $0.name == name }) else { return nil }
        self = format
    }

    /// Describes the files that can be read, as in "JSON lines or Protobuf messages …".
    static var contents: String { all.map(\.content).joined(separator: " or ") }

    /// Describes the files that can be read, for help texts.
    public static var explanations: String { all.map(\.explanation).joined(separator: ", or ") }
}

extension EventFormat: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
    }
}
