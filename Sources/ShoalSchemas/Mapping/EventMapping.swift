/// Maps JSON objects that do not have the field names of `shoal.v1.WatchEvent` to watch events.
public struct EventMapping: Equatable, Sendable {
    /// A field of a watch event.
    public enum Field: String, CaseIterable, Sendable {
        case viewer, video, topics, watched, duration, time, id

        /// The units that the field may have. The first one is the default.
        var units: [FieldUnit] {
            switch self {
            case .viewer, .video, .topics, .id: []
            case .watched: Self.lengths + [.share, .percent, .constant]
            case .duration: Self.lengths + [.constant]
            case .time:
                [.milliseconds, .seconds, .microseconds, .nanoseconds, .iso8601, .dayMonthYear, .monthDayYear]
            }
        }

        private static let lengths: [FieldUnit] = [.milliseconds, .seconds, .minutes, .clock, .words, .iso8601]
    }

    /// The source of a field.
    public struct Source: Equatable, Sendable {
        public var path: FieldPath
        public var unit: FieldUnit

        public init(_ path: FieldPath, _ unit: FieldUnit = .milliseconds) {
            self.path = path
            self.unit = unit
        }
    }

    /// A condition: only objects whose field has one of the values are watch events.
    public struct Condition: Equatable, Sendable {
        public var path: FieldPath
        public var values: [String]

        public init(_ path: FieldPath, _ values: [String]) {
            self.path = path
            self.values = values
        }
    }

    public private(set) var sources: [Field: Source] = [:]
    /// nil: all objects are watch events.
    public var condition: Condition?
    /// A list in the object, each of whose elements is one event; nil: the object is one event.
    public var batch: FieldPath?

    public init() {}

    /// Parses the text form of a whole mapping.
    /// - Throws: `EventMappingError` if it has a mistake, a required field has no source, or two have the same one.
    public init(_ text: String) throws(EventMappingError) {
        try apply(text)
        guard missing.isEmpty else {
            throw EventMappingError("no source for \(missing.map(\.rawValue).joined(separator: ", "))")
        }
        _ = try MappingPlan(self)
    }

    public subscript(field: Field) -> Source? {
        get { sources[field] }
        set { sources[field] = newValue }
    }

    /// The required fields that have no source.
    public var missing: [Field] { [.viewer, .topics, .time].filter { sources[$0] == nil } }

    /// The parts that are read from the key or a header of a Kafka record, as text. Records of files have neither.
    public var recordParts: [String] {
        let paths = Field.allCases.compactMap { sources[$0]?.path } + (condition.map { [$0.path] } ?? [])
        return paths.filter { $0.recordPart != nil }.map(\.text)
    }

    // MARK: - Text form

    /// Sets the parts that a text names: `FIELD=PATH [as UNIT | split SEPARATOR]`, `where=PATH:VALUE|VALUE`,
    /// `batch=PATH[]`, separated by commas. An empty path removes a part.
    public mutating func apply(_ text: String) throws(EventMappingError) {
        for part in Self.parts(text) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
            guard pair.count == 2 else { throw EventMappingError("\(part): must be FIELD=PATH") }
            try apply(pair[0], pair[1])
        }
    }

    private mutating func apply(_ name: String, _ text: String) throws(EventMappingError) {
        switch name {
        case "where": condition = text.isEmpty ? nil : try Self.condition(text)
        case "batch":
            guard !text.isEmpty else {
                batch = nil
                return
            }
            guard let path = FieldPath(text), path.components.last?.isList == true else {
                throw EventMappingError("batch=\(text): must be the path of a list, such as events[]")
            }
            batch = path
        default:
            guard let field = Field(rawValue: name) else {
                let known = Field.allCases.map(\.rawValue) + ["where", "batch"]
                throw EventMappingError("\(name): must be one of \(known.joined(separator: ", "))")
            }
            sources[field] = text.isEmpty ? nil : try Self.source(field, text)
        }
    }

    private static func source(_ field: Field, _ text: String) throws(EventMappingError) -> Source {
        var (path, unit) = (text, FieldUnit.milliseconds)
        if field == .topics, let (before, after) = cut(text, " split ") {
            (path, unit) = (before, .split(separator: FieldUnit.separator(after)))
        } else if let (before, after) = cut(text, " as ") {
            guard let known = FieldUnit.units[after], field.units.contains(known) else {
                let names = FieldUnit.units.filter { field.units.contains($0.value) }.keys.sorted()
                throw EventMappingError(
                    "\(field.rawValue)=\(text): "
                        + (names.isEmpty
                            ? "this field has no unit" : "the unit must be one of \(names.joined(separator: ", "))"))
            }
            (path, unit) = (before, known)
        }
        if unit == .constant, Int64(path).map({ $0 < 0 }) ?? true {
            throw EventMappingError("\(field.rawValue)=\(text): a constant must be a number of milliseconds")
        }
        guard let found = FieldPath(path) else {
            throw EventMappingError("\(field.rawValue)=\(text): \(path) is not a path such as a.b or list[].name")
        }
        return Source(found, unit)
    }

    private static func condition(_ text: String) throws(EventMappingError) -> Condition {
        guard let colon = text.firstIndex(of: ":"), let path = FieldPath(text[..<colon]) else {
            throw EventMappingError("where=\(text): must be PATH:VALUE, or PATH:VALUE|VALUE")
        }
        return Condition(path, text[text.index(after: colon)...].split(separator: "|").map(String.init))
    }

    /// Splits at commas that no backslash precedes.
    private static func parts(_ text: String) -> [String] {
        var (parts, isEscaped) = ([""], false)
        for character in text {
            if character == ",", !isEscaped {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return parts.map { trimmed($0[...]) }.filter { !$0.isEmpty }
    }

    private static func cut(_ text: String, _ word: String) -> (String, String)? {
        let parts = text.split(separator: word, maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// The parts in a fixed order, as `apply` reads them.
    public var parts: [(name: String, value: String)] {
        var parts = Field.allCases.compactMap { field in
            sources[field].map { (name: field.rawValue, value: $0.path.text + $0.unit.suffix) }
        }
        if let condition {
            parts.append(("where", "\(condition.path.text):\(condition.values.joined(separator: "|"))"))
        }
        if let batch { parts.append(("batch", batch.text)) }
        return parts
    }

    /// The text form.
    public var text: String { parts.map { "\($0.name)=\($0.value)" }.joined(separator: ",") }
}
