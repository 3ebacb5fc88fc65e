internal import ShoalClustering

/// A field of the settings in a model record (`shoal.v1.Settings`).
public struct RecordedField: Sendable {
    public enum Content: Sendable {
        /// A number. `read` returns `nil` if the field is absent, and `write` returns false for an unknown value.
        case number(
            read: @Sendable (SettingValues) -> Int64?, write: @Sendable (inout SettingValues, Int64) -> Bool)
        /// Any number of byte strings.
        case list(any WritableKeyPath<SettingValues, [[UInt8]]> & Sendable)
    }

    public let number: Int
    /// The place in the record: fields are written by ascending rank.
    let rank: Int
    /// Whether a zero is written, too.
    public let isPresentIfZero: Bool
    /// Whether an absent field means 0 instead of the default: a zero is not written, and may be configured.
    public let isZeroIfAbsent: Bool
    public let content: Content

    /// The fields of all settings in the order in which they are written.
    public static let all = Setting.table.flatMap(\.fields).sorted { $0.rank < $1.rank }

    init(
        _ number: Int, _ content: Content, rank: Int? = nil, isPresentIfZero: Bool = false, isZeroIfAbsent: Bool = false
    ) {
        self.number = number
        self.rank = rank ?? number
        self.isPresentIfZero = isPresentIfZero
        self.isZeroIfAbsent = isZeroIfAbsent
        self.content = content
    }

    /// Sets the value to a number. Returns false if the number is unknown or the field has no number.
    public func set(_ number: Int64, in values: inout SettingValues) -> Bool {
        guard case .number(_, let write) = content else { return false }
        return write(&values, number)
    }

    /// Creates the field of a value that is recorded as a number.
    init<Value: SettingValue>(
        _ number: Int, _ path: any WritableKeyPath<SettingValues, Value> & Sendable, rank: Int? = nil,
        isPresentIfZero: Bool = Value.isOptional, isZeroIfAbsent: Bool = false
    ) {
        let content = Content.number {
            $0[keyPath: path].number
        } write: {
            guard let value = Value(number: $1) else { return false }
            $0[keyPath: path] = value
            return true
        }
        self.init(number, content, rank: rank, isPresentIfZero: isPresentIfZero, isZeroIfAbsent: isZeroIfAbsent)
    }

    /// Creates the field of the Unicode version by which sensitive topics are compared. Without topics, it is absent.
    static func unicodeVersion(_ number: Int) -> RecordedField {
        RecordedField(
            number,
            .number {
                $0.engine.sensitiveTopics.isEmpty ? nil : $0.engine.unicodeVersion
            } write: {
                $0.engine.unicodeVersion = $1
                return true
            })
    }
}
