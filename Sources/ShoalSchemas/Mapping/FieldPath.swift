/// The place of a value in a JSON object, such as `properties.tags` or `items[].genre`: names of fields, separated by
/// dots. `[]` behind a name means each element of a list. A backslash before `.`, `[`, `,` or `\` makes the
/// character part of a name.
///
/// `key` is the key of the Kafka record, and `headers.NAME` its header of that name; `\key` and `\headers.NAME` are
/// fields of the object.
public struct FieldPath: Hashable, Sendable {
    public struct Component: Hashable, Sendable {
        public var name: String
        /// Whether the value is a list, and the path continues in each of its elements.
        public var isList: Bool

        public init(name: String, isList: Bool = false) {
            self.name = name
            self.isList = isList
        }
    }

    /// A part of a Kafka record beside its value.
    public enum RecordPart: Hashable, Sendable {
        case key
        case header(String)
    }

    /// At least one.
    public private(set) var components: [Component]
    /// nil: the path leads through the value.
    public private(set) var recordPart: RecordPart?

    /// - Parameter components: At least one.
    public init(_ components: [Component]) {
        self.components = components
    }

    /// Parses the text form.
    /// - Returns: nil if a name is empty, or a bracket is not that of `[]`, or a part of the record is a list.
    public init?(_ text: some StringProtocol) {
        components = []
        var name = ""
        var isList = false
        var rest = Substring(text)[...]
        func close() -> Component? { name.isEmpty ? nil : Component(name: name, isList: isList) }
        while let character = rest.popFirst() {
            switch character {
            case ".":
                guard let component = close() else { return nil }
                components.append(component)
                (name, isList) = ("", false)
            case "[":
                guard rest.popFirst() == "]", !isList else { return nil }
                isList = true
            case "\\":
                guard let escaped = rest.popFirst(), !isList else { return nil }
                name.append(escaped)
            default:
                guard !isList else { return nil }
                name.append(character)
            }
        }
        guard let component = close() else { return nil }
        components.append(component)
        guard text.first != "\\" else { return }
        if components == [Component(name: "key")] {
            recordPart = .key
        } else if components.count > 1, components[0] == Component(name: "headers") {
            guard !components.contains(where: \.isList) else { return nil }
            recordPart = .header(components.dropFirst().map(\.name).joined(separator: "."))
        }
    }

    private static let escaped: Set<Character> = [".", "[", ",", "\\"]

    /// The text form, which `init(_:)` parses.
    public var text: String {
        let text = components.map { component in
            component.name.map { Self.escaped.contains($0) ? "\\\($0)" : "\($0)" }.joined()
                + (component.isList ? "[]" : "")
        }.joined(separator: ".")
        return recordPart == nil && FieldPath(text)?.recordPart != nil ? "\\" + text : text
    }
}
