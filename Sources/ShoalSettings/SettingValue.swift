/// A type of values of settings.
public protocol SettingValue: Equatable, Sendable {
    /// Parses a text; `nil` if it is malformed.
    init?(_ text: String, _ kind: Setting.Kind)
    /// Returns the text that is parsed as this value; `nil` if the value is unset.
    func text(_ kind: Setting.Kind) -> String?
    /// Returns the text for reports; `nil` if the value is unset.
    func summary(_ kind: Setting.Kind) -> String?

    /// Creates a value from its number in a record; `nil` if the number is unknown.
    init?(number: Int64)
    /// The number in a record; `nil` if the value is unset or not a number.
    var number: Int64? { get }
    /// Whether values can be unset, so that a record distinguishes 0 from an absent field.
    static var isOptional: Bool { get }
}

extension SettingValue {
    public func summary(_ kind: Setting.Kind) -> String? { text(kind) }
    public init?(number: Int64) { nil }
    public var number: Int64? { nil }
    public static var isOptional: Bool { false }
}
