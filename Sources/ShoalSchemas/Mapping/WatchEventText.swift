/// Texts that can be values of a field.
public enum WatchEventText {
    /// Whether it is a time after ISO 8601, with at least a date.
    public static func isTime(_ text: String) -> Bool {
        text.contains("-") && ISOTime.time(Array(text.utf8).span) != nil
    }

    /// Whether it is a time such as `24.11.2026 17:30` or, with the month first, `11/24/2026 5:30 PM`.
    public static func isLocalTime(_ text: String, monthFirst: Bool) -> Bool {
        LocalTime.time(Array(text.utf8).span, monthFirst: monthFirst) != nil
    }

    /// Returns the milliseconds of a length with units, such as `45 min`; nil: it is none.
    public static func lengthInWords(_ text: String) -> Int64? { LocalTime.length(Array(text.utf8).span) }

    /// Returns the number of a text with a decimal comma, such as `12,5`; nil: it is none.
    public static func numberWithComma(_ text: String) -> Double? {
        guard text.count(where: { $0 == "," }) == 1, !text.contains(".") else { return nil }
        return Double(text.replacing(",", with: "."))
    }

    /// Returns the milliseconds of a length such as `1:02:03` or `PT1H`; nil: it is none.
    public static func length(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return text.contains(":") ? ISOTime.clock(bytes.span) : ISOTime.length(bytes.span)
    }
}
