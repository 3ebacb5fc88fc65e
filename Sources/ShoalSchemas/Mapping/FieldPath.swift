/// The place of a value in a JSON object, such as `properties.tags` or `items[].genre`: names of fields, separated by
/// dots. `[]` behind a name means each element of a list. A backslash before `.`, `[`, `,` or `\` makes the
/// character part of a name.
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

    /// At least one.
    public private(set) var components: [Component]

    /// - Parameter components: At least one.
    public init(_ components: [Component]) {
        self.components = components
    }

    /// Parses the text form.
    /// - Returns: nil if a name is empty, or a bracket is not that of `[]`.
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
    }

    private static let escaped: Set<Character> = [".", "[", ",", "\\"]

    /// The text form, which `init(_:)` parses.
    public var text: String {
        components.map { component in
            component.name.map { Self.escaped.contains($0) ? "\\\($0)" : "\($0)" }.joined()
                + (component.isList ? "[]" : "")
        }.joined(separator: ".")
    }
}
