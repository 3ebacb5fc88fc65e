/// The definition of a setting: name, type, range, scope, property and description.
///
/// `table` lists all settings. The configuration, its documentation, the record of the model, the validation of that
/// record, the reports and the check against a running application are derived from it.
public struct Setting: Sendable {
    /// Whether and how a setting affects the result. The raw value is that of the documentation.
    public enum Scope: String, Sendable {
        case operational = "no"
        /// Recorded with models. Changes take effect with a higher `settings.revision`.
        case recorded = "yes"
        /// Read once, when the application begins.
        case atStart = "at the start"
        /// Fixed for an application's life.
        case fixedForLife = "fixed"
    }

    public let name: String
    public let kind: Kind
    /// The default; `nil` for none.
    public let defaultValue: String?
    public let scope: Scope
    public let text: String
    /// The property that holds the value.
    public let path: any PartialKeyPath<SettingValues> & Sendable
    /// The fields of the value in the settings of a model record; none if the setting is not recorded.
    public let fields: [RecordedField]
    /// The numbers that a record may have.
    let recordedRange: ClosedRange<Int64>?
    /// Whether reports list the value of a recorded setting.
    public let isReported: Bool
    private let read: @Sendable (SettingValues) -> any SettingValue
    private let write: @Sendable (inout SettingValues, String) -> Void

    /// Creates a definition. The default is that of `SettingValues`.
    /// - Parameters:
    ///   - scope: `recorded` by default if there is a field, and otherwise `operational`.
    ///   - field: The number of the value's field in `shoal.v1.Settings`.
    ///   - rank: The place of the field in the record: its number, unless released programs write it elsewhere.
    ///   - fields: The fields of the value if it has not exactly one.
    ///   - recorded: The numbers that a record may have, if they are not those of the configuration.
    ///   - defaultText: The default as the documentation shows it, if it is not in its largest unit.
    init<Value: SettingValue>(
        _ name: String, _ kind: Kind, _ path: any WritableKeyPath<SettingValues, Value> & Sendable,
        scope: Scope? = nil, field: Int? = nil, rank: Int? = nil, fields: [RecordedField] = [],
        recorded: ClosedRange<Int64>? = nil, isReported: Bool = true, defaultText: String? = nil, _ text: String
    ) {
        self.name = name
        self.kind = kind
        self.path = path
        self.text = text
        self.isReported = isReported
        self.fields =
            field.map {
                [RecordedField($0, path, rank: rank, isZeroIfAbsent: kind.range?.contains(0) ?? false)]
            } ?? fields
        self.scope = scope ?? (self.fields.isEmpty ? .operational : .recorded)
        recordedRange = recorded ?? kind.range
        defaultValue = defaultText ?? SettingValues()[keyPath: path].text(kind)
        read = { $0[keyPath: path] }
        write = { values, text in
            if text.isEmpty {
                values[keyPath: path] = SettingValues()[keyPath: path]
            } else if let value = Value(text, kind) {
                values[keyPath: path] = value
            }
        }
    }

    // MARK: - Values

    /// Returns the text of the value; `nil` if it is not set.
    public func text(in values: SettingValues) -> String? { read(values).text(kind) }

    /// Returns the text of the value for reports; `nil` if it is not set.
    public func summary(in values: SettingValues) -> String? { read(values).summary(kind) }

    /// Returns the value as a number without its unit; `nil` if it is not a number or not set.
    public func number(in values: SettingValues) -> Int64? {
        kind.range == nil ? nil : read(values).number
    }

    /// Returns the text of the value, with a number without its unit.
    public func plainText(in values: SettingValues) -> String {
        number(in: values).map { "\($0)" } ?? text(in: values) ?? "unset"
    }

    /// Sets the value to that of a valid text, or to the default if the text is empty.
    public func set(_ text: String, in values: inout SettingValues) { write(&values, text) }

    // MARK: - Settings

    /// The recorded settings, in the order of their fields.
    public static let recorded = table.filter { !$0.fields.isEmpty }.sorted { $0.fields[0].rank < $1.fields[0].rank }

    /// Returns the setting of a property; `nil` if no setting has it.
    public static func setting(of path: PartialKeyPath<SettingValues>) -> Setting? {
        table.first { $0.path == path }
    }

    /// Returns the setting of a name.
    public static func setting(named name: String) -> Setting? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
}
